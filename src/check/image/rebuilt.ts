import { SourceText } from "../../core/index.ts";
import { assignmentsIn, type Step } from "../../source/history/index.ts";

/** A history written as the Dockerfile it may have come from. */
export interface Rebuilt {
  readonly source: SourceText;
  /** The step that a line came from; undefined for the first, which stands for whatever lies under the first step. */
  readonly stepAt: (line: number) => Step | undefined;
  /** Where a step begins, by its number. */
  readonly lineOf: (step: number) => number | undefined;
}

const quoted = (value: string): string => `"${value.replaceAll(/[\\"$]/g, "\\$&")}"`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

const pairs = (keyword: string, rest: string): string => {
  const all = assignmentsIn(oneLine(rest));
  if (all.length > 0) return `${keyword} ${all.map(([name, value]) => `${name}=${quoted(value)}`).join(" ")}`;
  return /^[A-Za-z_]\w*$/.test(rest.trim()) && keyword === "ARG" ? `ARG ${rest.trim()}` : "";
};

/** `map[80/tcp:{}]`, `[80/tcp]`, `80/tcp 443`. */
const listed = (rest: string): readonly string[] =>
  oneLine(rest)
    .replace(/^map\[/, "")
    .replaceAll(/:?\{\}|[[\]"',]/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");

/** `file:<hash> in /app/run.sh`; BuildKit writes the sources themselves. */
const copied = (keyword: string, rest: string): string => {
  const [, from = "", to = ""] = /^((?:file|dir|multi):[0-9a-f]{16,})\s+in\s+(.+)$/s.exec(oneLine(rest)) ?? [];
  const words = from === "" ? oneLine(rest) : `${from} ${to}`;
  return words.split(" ").length < 2 ? "" : `${keyword} ${words}`;
};

/** A script of several lines is what a here-document held. */
const run = ({ rest, shell = ["/bin/sh", "-c"] }: Step): string => {
  const script = rest.trim();
  if (script === "") return "";
  // A command that a shell other than the usual one was given says so in its first line.
  const special = shell.join(" ") === "/bin/sh -c" ? "" : `#!${shell.slice(0, -1).join(" ")}\n`;
  if (!script.includes("\n") && special === "") return `RUN ${script.replace(/\\$/, "")}`;
  let mark = "EOF";
  while (script.includes(mark)) mark += "_";
  return `RUN <<'${mark}'\n${special}${script}\n${mark}`;
};

/** The instruction that makes the step again; empty where that cannot be said. */
const instructionOf = (step: Step): string => {
  switch (step.keyword) {
    case "RUN":
      return run(step);
    case "ADD":
    case "COPY":
      return copied(step.keyword, step.rest);
    case "ENV":
    case "ARG":
    case "LABEL":
      return pairs(step.keyword, step.rest);
    case "EXPOSE":
    case "VOLUME": {
      const words = listed(step.rest);
      return words.length === 0 ? "" : `${step.keyword} ${words.join(" ")}`;
    }
    case "SHELL":
    case "WORKDIR":
    case "USER":
    case "STOPSIGNAL":
    case "ONBUILD":
      return /^\S/.test(step.rest) && step.keyword !== "SHELL" ? `${step.keyword} ${oneLine(step.rest)}` : "";
    default:
      return "";
  }
};

/**
 * Writes steps back as instructions, so that the rules for Dockerfiles can judge them. What a history does not tell is not made up: the first file system is
 * `FROM scratch`, a copy of the classic builder has the hash of its source, and a step that is no instruction is left out as a comment.
 */
export const rebuilt = (path: string, steps: readonly Step[]): Rebuilt => {
  const lines: string[] = ["FROM scratch"];
  const byLine: (Step | undefined)[] = [undefined, undefined];
  const begins = new Map<number, number>();
  const first = steps.findIndex(({ keyword }) => keyword === "ADD" || keyword === "COPY" || keyword === "RUN");
  for (const [at, step] of steps.entries()) {
    // What the first step with files adds to the root is the base's own file system.
    const isRoot = at === first && step.keyword !== "RUN" && /\sin\s+\/\s*$|\s\/\s*$/.test(step.rest);
    const instruction = isRoot ? "" : instructionOf(step);
    const written = instruction === "" ? [`# ${oneLine(step.text).slice(0, 200)}`] : instruction.split("\n");
    begins.set(step.number, lines.length + 1);
    for (const line of written) {
      lines.push(line);
      byLine.push(step);
    }
  }
  return { source: new SourceText(path, `${lines.join("\n")}\n`), stepAt: (line) => byLine[line], lineOf: (step) => begins.get(step) };
};
