import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { digestOf, SourceText } from "../../core/index.ts";
import type { ImageRunConfig } from "../../engine/index.ts";
import { type Project, readProject } from "../../project/index.ts";
import { checkFiles } from "../files.ts";
import type { CheckResult } from "../judge.ts";
import { FILE_KINDS } from "../kinds/catalogue.ts";
import { checkProject, type CheckOptions } from "../run.ts";
import type { AnyRule, DockerfileExample, ExampleInputs } from "../rule.ts";
import type { ImageFacts } from "../subject.ts";

export const NOW = Date.UTC(2026, 10, 21, 12);

/** Runs `work` in a folder with these files, and removes it. */
const inFolder = async <T>(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "swt-check-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const imageFacts = (config: Partial<ImageRunConfig> = {}, sizeBytes = 1_000_000): ImageFacts => ({
  digest: digestOf(JSON.stringify(config)),
  platform: { os: "linux", architecture: "amd64" },
  sizeBytes,
  config: { env: [], exposedPorts: [], volumes: [], labels: {}, ...config },
  layers: [],
});

/** As far as it can be read: rules judge what a release refuses, too. */
const load = async (folder: string): Promise<Project> => (await readProject({ folder, env: {}, git: false })).project;

/** A compose text, checked. */
export const checkCompose = (
  compose: string,
  options: Partial<CheckOptions> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<CheckResult> =>
  inFolder({ Dockerfile: "FROM scratch\n", ...files, "compose.yaml": compose }, async (folder) =>
    checkProject(await load(folder), { now: NOW, ...options }),
  );

/** A text of a file kind, checked by these rules. */
export const checkText = (kind: AnyRule["kind"], content: string, rules: readonly AnyRule[]): CheckResult => {
  const known = FILE_KINDS.find((one) => one.kind === kind);
  if (known === undefined) throw new Error(`no file kind ${kind}`);
  return checkFiles([{ kind: known.kind, source: new SourceText(known.defaultPath, content) }], { now: NOW, rules });
};

/** An example, judged by its rule alone. */
export const checkExample = (rule: AnyRule, example: ExampleInputs[keyof ExampleInputs]): Promise<CheckResult> => {
  if (typeof example === "string")
    return rule.kind === "compose" || rule.kind === "compose-file"
      ? checkCompose(example, { rules: [rule] })
      : Promise.resolve(checkText(rule.kind, example, [rule]));
  if (rule.kind === "dockerfile") {
    const { text, ignore, settings } = example as DockerfileExample;
    const sources = [new SourceText("Dockerfile", text), ...(ignore === undefined ? [] : [new SourceText(".dockerignore", ignore)])];
    const files = sources.map((source) => ({ kind: "dockerfile" as const, source }));
    return Promise.resolve(checkFiles(files, { now: NOW, rules: [rule], ...(settings === undefined ? {} : { settings }) }));
  }
  if (rule.kind === "image") {
    const { config, sizeBytes, service = "" } = example as ExampleInputs["image"];
    const lines =
      service === ""
        ? ""
        : service
            .split("\n")
            .map((line) => `    ${line}\n`)
            .join("");
    const image = /^build:/m.test(service) ? "" : "    image: shop/web:1.2.3\n";
    const volumes = /db_data:/.test(service) ? "volumes: {db_data: {}}\n" : "";
    return checkCompose(`services:\n  web:\n${image}${lines}${volumes}`, {
      rules: [rule],
      images: new Map([["web", imageFacts(config, sizeBytes)]]),
    });
  }
  return checkCompose("services: {web: {build: context}}", { rules: [rule] }, contextFiles(example as ExampleInputs["context"]));
};

const contextFiles = (files: ExampleInputs["context"]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`context/${path}`, content]));
