import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** How many files of each kind are read, and the least number of lines of a file that looks real. */
export const KINDS = [
  { kind: "dockerfile", files: 130, lines: 4 },
  { kind: "compose", files: 70, lines: 5 },
  { kind: "k8s", files: 60, lines: 15 },
  { kind: "workflow", files: 70, lines: 12 },
] as const;

type Kind = (typeof KINDS)[number]["kind"];

export interface Candidate {
  /** The corpus' identifier, or the path of a file of this machine. */
  readonly id: string;
  readonly kind: Kind;
  /** What it is called in the folder where it is checked. */
  readonly path: string;
  readonly text: string;
}

const PATHS: Readonly<Record<Kind, string>> = {
  dockerfile: "Dockerfile",
  compose: "compose.yaml",
  k8s: "manifest.yaml",
  workflow: ".github/workflows/ci.yml",
};

/** How files of a kind are called on disk. */
const NAMES: Readonly<Record<Kind, RegExp>> = {
  dockerfile: /^Dockerfile(?:[.-](?!entrypoint|preamble|virtualenv|install_app|.*\.[jt]s$)[\w.-]+)?$/,
  compose: /^(?:docker-)?compose.*\.ya?ml$/,
  k8s: /^$/,
  workflow: /\.ya?ml$/,
};

/** Looks like the whole of what somebody builds or runs. */
const LOOKS_REAL: Readonly<Record<Kind, RegExp>> = {
  dockerfile: /^FROM\s[^]*^(?:RUN|COPY|ADD|CMD|ENTRYPOINT)\s/im,
  compose: /^services:/m,
  k8s: /^kind: *(?:Pod|Deployment|StatefulSet|DaemonSet|Job|CronJob|List|Service|Ingress|Role|ClusterRole)/m,
  workflow: /^jobs:/m,
};

interface Line {
  readonly id?: string;
  readonly file_kind?: string;
  readonly content?: string;
  readonly before?: string;
}

const lineOf = (text: string): Line => JSON.parse(text) as Line;

/** All that looks real, in a fixed order, each text once. Folders of the machine that begin with a dot are not walked. */
export const candidates = (corpora: string, roots: readonly string[], kind: Kind): readonly Candidate[] => {
  const least = KINDS.find((one) => one.kind === kind)?.lines ?? 0;
  const fromCorpora = globSync("*.jsonl", { cwd: corpora })
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(corpora, file), "utf8")
        .split("\n")
        .filter(Boolean)
        .map(lineOf)
        .filter((line) => line.file_kind === kind)
        .map((line) => ({ id: line.id ?? file, kind, path: PATHS[kind], text: line.content ?? "" })),
    );
  const onDisk = roots.flatMap((root) =>
    globSync("**/*", { cwd: root, exclude: (name) => name === ".git" })
      .toSorted()
      .filter((path) => NAMES[kind].test(basename(path)) && (kind !== "workflow" || path.includes(".github/workflows/")))
      .flatMap((path): Candidate[] => {
        try {
          return [{ id: join(root, path), kind, path: PATHS[kind], text: readFileSync(join(root, path), "utf8") }];
        } catch {
          return [];
        }
      }),
  );
  const seen = new Set<string>();
  return [...onDisk, ...fromCorpora].filter(({ text }) => {
    if (seen.has(text) || text.trim().split("\n").length < least || !LOOKS_REAL[kind].test(text)) return false;
    seen.add(text);
    return true;
  });
};
