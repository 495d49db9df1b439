import { forTerminal, type Progress } from "../../core/index.ts";

/** One instruction of a build. */
export interface BuildStep {
  readonly name: string;
  readonly cached: boolean;
  /** As BuildKit measured it; 0 of what came from the cache. */
  readonly seconds: number;
}

/** What a build did, from `--progress=plain`. */
export interface BuildTally {
  /** Instructions that were run or taken from the cache; FROM is none. */
  readonly steps: number;
  readonly cachedSteps: number;
  /** Each of them, as BuildKit names it: `[deps 3/4] RUN npm ci`. */
  readonly all: readonly BuildStep[];
  /** The step that failed, and its last lines. */
  readonly failed?: { readonly step: string; readonly because: string; readonly lines: readonly string[] };
}

interface Vertex {
  readonly name: string;
  state: "running" | "cached" | "done" | "failed";
  lines: string[];
  seconds: number;
}

const LINE = /^#(\d+) (.*)$/;
/** `[2/4] RUN x`, `[deps 2/4] RUN x`, `[linux/amd64 deps 2/4] RUN x`. */
const STEP = /^\[(?:[^\]]* )?\d+\/\d+\] (?!FROM\b)/;
const KEPT_LINES = 20;
const MOST_VERTICES = 10_000;

/** Reads BuildKit's plain progress line by line; steps go to `progress` as they begin and end. */
export const readPlainProgress = (progress: Progress): { readonly line: (text: string) => void; readonly tally: () => BuildTally } => {
  const vertices = new Map<string, Vertex>();
  let failure: { readonly vertex: Vertex; readonly because: string } | undefined;
  const begin = (id: string, words: string): void => {
    if (!words.startsWith("[") || vertices.size >= MOST_VERTICES) return;
    vertices.set(id, { name: words, state: "running", lines: [], seconds: 0 });
    if (STEP.test(words)) progress.begin(forTerminal(words));
  };
  const settle = (vertex: Vertex, state: Vertex["state"], result: string): void => {
    const again = vertex.state !== "running";
    vertex.state = state;
    if (STEP.test(vertex.name) && !again && state !== "failed") progress.end(forTerminal(vertex.name), result);
  };
  const line = (text: string): void => {
    const [, id = "", words = ""] = LINE.exec(text) ?? [];
    if (id === "") return;
    const vertex = vertices.get(id);
    if (vertex === undefined) return begin(id, words);
    if (words === vertex.name) return;
    if (words === "CACHED") return settle(vertex, "cached", "cached");
    if (/^DONE \d/.test(words)) vertex.seconds = Number.parseFloat(words.slice("DONE ".length));
    if (/^DONE \d/.test(words)) return settle(vertex, "done", words.slice("DONE ".length));
    if (words.startsWith("ERROR")) {
      settle(vertex, "failed", words);
      failure ??= { vertex, because: words.replace(/^ERROR:?\s*/, "") };
      return;
    }
    // Output carries the seconds since the step began.
    const said = words.replace(/^\d+\.\d+ /, "");
    vertex.lines.push(said);
    if (vertex.lines.length > KEPT_LINES) vertex.lines = vertex.lines.slice(-KEPT_LINES);
  };
  const tally = (): BuildTally => {
    const steps = [...vertices.values()].filter((vertex) => STEP.test(vertex.name));
    return {
      steps: steps.length,
      cachedSteps: steps.filter((vertex) => vertex.state === "cached").length,
      all: steps.map(({ name, state, seconds }) => ({ name: forTerminal(name), cached: state === "cached", seconds })),
      ...(failure === undefined
        ? {}
        : {
            failed: {
              step: forTerminal(failure.vertex.name),
              because: forTerminal(failure.because),
              lines: failure.vertex.lines.map(forTerminal),
            },
          }),
    };
  };
  return { line, tally };
};
