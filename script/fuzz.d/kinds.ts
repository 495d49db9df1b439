import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CheckedFile, checkFiles, checkProject, type ContextFacts, RULES, rulesOf } from "../../src/check/index.ts";
import type { Finding } from "../../src/checklist/index.ts";
import { applyEdits, isSeaworthyError, SourceText } from "../../src/core/index.ts";
import { readProject } from "../../src/project/index.ts";
import { findingsDocument, renderFindings } from "../../src/report/index.ts";
import { parseIgnoreFile } from "../../src/source/dockerignore/index.ts";

export const KINDS = ["dockerfile", "compose", "kubernetes", "workflow", "dockerignore", "shell"] as const;
export type Kind = (typeof KINDS)[number];
export const isKind = (name: string): name is Kind => KINDS.some((kind) => kind === name);

/** What judging a text came to. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly sources: readonly SourceText[];
}

const now = Date.parse("2026-11-21T00:00:00Z");

const files = (...checked: readonly CheckedFile[]): Judged => ({
  findings: checkFiles(checked, { now, profile: "strict", rules: rulesOf(RULES, "strict") }).findings,
  sources: checked.map(({ source }) => source),
});

const WORKFLOW_PATHS = [".github/workflows/ci.yml", ".gitlab-ci.yml", "action.yml", ".github/dependabot.yml"];

const DOCKERFILE = 'FROM alpine:3.22\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["./server"]\n';

/** A build context that no mutant can lead out of. */
const CONTEXT: ContextFacts = {
  ignorePath: ".dockerignore",
  entries: [".env", "id_rsa", "Dockerfile", "node_modules", "src", "src/key.pem"].map((path) => ({
    path,
    folder: !/\./.test(path),
    sent: true,
  })),
  complete: true,
  peek: () => "AWS_SECRET_ACCESS_KEY=not-a-real-key-0123456789abcdef0123456789\n",
};

let projectFolder: string | undefined;

/** Read from a folder that has nothing beside it but a Dockerfile. A refusal with a code is an answer. */
const compose = async (text: string): Promise<Judged> => {
  if (projectFolder === undefined) {
    projectFolder = mkdtempSync(join(tmpdir(), "seaworthy-fuzz-"));
    writeFileSync(join(projectFolder, "compose.yaml"), "services: {}\n");
    writeFileSync(join(projectFolder, "Dockerfile"), DOCKERFILE);
    writeFileSync(join(projectFolder, ".env"), "A=1\nB='2'\n");
  }
  try {
    const { project, problems } = await readProject({
      folder: projectFolder,
      env: { A: "1" },
      git: false,
      profiles: ["*"],
      replaced: new Map([[join(projectFolder, "compose.yaml"), text]]),
    });
    const { findings } = checkProject(project, { now, problems, profile: "strict", rules: RULES, readContext: () => CONTEXT });
    return { findings, sources: project.files };
  } catch (error) {
    if (isSeaworthyError(error)) return { findings: [], sources: [] };
    throw error;
  }
};

const dockerignore = (text: string): Judged => {
  try {
    const file = parseIgnoreFile(".dockerignore", text);
    for (const { path } of CONTEXT.entries) file.ignores(path);
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
  }
  return files(
    { kind: "dockerfile", source: new SourceText("Dockerfile", DOCKERFILE) },
    { kind: "dockerfile", source: new SourceText(".dockerignore", text) },
  );
};

/** As a block of YAML, no longer than other YAML here. */
const indented = (text: string): string => text.replace(/^/gm, "          ").slice(0, 32_768);

/** A script where scripts stand: in a line of a Dockerfile, in a heredoc, in a workflow. */
const shell = (text: string, variant: number): Judged => {
  switch (variant % 3) {
    case 0:
      return files({ kind: "dockerfile", source: new SourceText("Dockerfile", `FROM alpine:3.22\nRUN ${text}\nUSER 1000\n`) });
    case 1:
      return files({
        kind: "dockerfile",
        source: new SourceText("Dockerfile", `FROM alpine:3.22\nRUN <<'END OF FILE'\n${text}\nEND OF FILE\nUSER 1000\n`),
      });
    default:
      return files({
        kind: "workflow",
        source: new SourceText(
          ".github/workflows/ci.yml",
          `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n${indented(text)}\n`,
        ),
      });
  }
};

/** Reads and judges a text, as `seaworthy check` would. `variant` chooses among the ways in which a kind's text can come. */
export const judge = (kind: Kind, text: string, variant: number): Judged | Promise<Judged> => {
  switch (kind) {
    case "dockerfile":
      return files({ kind, source: new SourceText("Dockerfile", text) });
    case "kubernetes":
      return files({ kind, source: new SourceText("manifest.yaml", text) });
    case "workflow":
      return files({ kind, source: new SourceText(WORKFLOW_PATHS[variant % 8] ?? ".github/workflows/ci.yml", text) });
    case "compose":
      return compose(text);
    case "dockerignore":
      return dockerignore(text);
    case "shell":
      return shell(text, variant);
  }
};

/** What must hold of any result, in words of what does not. */
export const wrongIn = ({ findings, sources }: Judged): string | undefined => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  for (const { rule, message, path, range, fix } of findings) {
    if (rule === "internal/rule-failed") return message;
    const source = byPath.get(path);
    if (source === undefined || range === undefined) continue;
    if (range.start.offset > range.end.offset || range.end.offset > source.text.length) return `${rule} points outside of its file`;
    if (fix !== undefined && fix.path === path)
      try {
        applyEdits(source.text, fix.edits);
      } catch {
        return `${rule} offers a fix that cannot be applied`;
      }
  }
  return undefined;
};

/** Tells the findings, for a person and as JSON. */
export const tell = ({ findings, sources }: Judged): void => {
  renderFindings(findings, { sources, style: "plain" });
  JSON.stringify(findingsDocument(findings));
};
