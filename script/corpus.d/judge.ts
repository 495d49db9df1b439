import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AnyRule, checkFiles, checkImage, checkProject, judgesImages } from "../../src/check/index.ts";
import type { Finding } from "../../src/checklist/index.ts";
import { isSeaworthyError, SourceText } from "../../src/core/index.ts";
import { readProject } from "../../src/project/index.ts";
import type { CorpusCase } from "./record.ts";
import { imageOfConfig } from "./image.ts";
import { ignoresOf, settingsOf } from "./settings.ts";

const FILE_KINDS = {
  k8s: "kubernetes",
  workflow: "workflow",
  action: "workflow",
  dependabot: "workflow",
  dockerfile: "dockerfile",
} as const;

/** What a text of a kind is called when the case does not say. */
const PATHS: Readonly<Record<string, string>> = {
  k8s: "manifest.yaml",
  workflow: ".github/workflows/ci.yml",
  action: "action.yml",
  dependabot: ".github/dependabot.yml",
  dockerfile: "Dockerfile",
};

const now = Date.now();

const isFileKind = (kind: string): kind is keyof typeof FILE_KINDS => Object.hasOwn(FILE_KINDS, kind);

const judgeFile = (record: CorpusCase, kind: keyof typeof FILE_KINDS, rules: readonly AnyRule[]): readonly Finding[] => {
  const path = PATHS[kind] ?? record.filename ?? record.file_kind;
  const texts = record.content === "" && record.files !== undefined ? Object.entries(record.files) : [[path, record.content] as const];
  const ignores = kind === "dockerfile" ? Object.entries(record.files ?? {}).filter(([name]) => name.endsWith(".dockerignore")) : [];
  const files = [...texts, ...ignores].map(([name, content]) => ({ kind: FILE_KINDS[kind], source: new SourceText(name, content) }));
  const settings = settingsOf(record);
  // What only the strict profile runs, zizmor's regular persona does not say.
  const asked = settings.profile === "production" ? rules.filter((rule) => rule.profile !== "strict") : rules;
  return checkFiles(files, { now, rules: asked, settings, ignores: ignoresOf(record) }).findings;
};

/** A compose file is a project: it is read from a folder of its own. */
const judgeCompose = async (record: CorpusCase, rules: readonly AnyRule[]): Promise<readonly Finding[]> => {
  const service = record.config?.["service"];
  const folder = mkdtempSync(join(tmpdir(), "swt-corpus-"));
  try {
    for (const [path, content] of Object.entries({ ...record.files, "compose.yaml": record.content })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const { project } = await readProject({ folder, env: {}, git: false, profiles: ["*"] });
    const { findings } = checkProject(project, { now, rules, settings: settingsOf(record) });
    // The verdict of such a case is about one service alone.
    return typeof service === "string" ? findings.filter((finding) => finding.service === service) : findings;
  } catch (error) {
    if (isSeaworthyError(error)) return [];
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** An image's configuration is judged as that of an image by itself, of which nothing else is at hand. */
const judgeImage = (record: CorpusCase, rules: readonly AnyRule[]): readonly Finding[] => {
  const { findings } = checkImage("app:1.2.3", imageOfConfig(record.content), {
    now,
    rules,
    reference: "app:1.2.3",
    settings: settingsOf(record),
  });
  return findings;
};

/** Whether a rule looks at such a text at all. */
export const judges = (fileKind: string, rule: AnyRule): boolean =>
  isFileKind(fileKind)
    ? FILE_KINDS[fileKind] === rule.kind
    : fileKind === "compose"
      ? rule.kind === "compose" || rule.kind === "compose-file" || rule.kind === "context"
      : fileKind === "image-config" && judgesImages(rule);

/** What the given rules find in the text of a case; nothing for kinds that no rule judges. */
export const judgeCase = (record: CorpusCase, rules: readonly AnyRule[]): readonly Finding[] | Promise<readonly Finding[]> => {
  const { file_kind: kind } = record;
  if (isFileKind(kind)) return judgeFile(record, kind, rules);
  if (kind === "image-config") return judgeImage(record, rules);
  return kind === "compose" ? judgeCompose(record, rules) : [];
};
