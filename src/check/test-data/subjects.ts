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
import { checkImage } from "../image/check-image.ts";
import { type ImageFile, lookout } from "../image/file-note.ts";
import type { AnyRule, DockerfileExample, ExampleInputs, ImageExampleFile } from "../rule.ts";
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

const exampleFile = (path: string, { mode = 0o644, content = "", sizeBytes, deleted }: ImageExampleFile): readonly ImageFile[] => {
  const bytes = Buffer.from(content);
  const header = { path, type: "file" as const, sizeBytes: sizeBytes ?? bytes.length, mode, uid: 0, gid: 0, mtimeSeconds: 0, pax: [] };
  const wanted = lookout.wants(header);
  const note = wanted === undefined ? undefined : lookout.note(header, bytes.subarray(0, wanted));
  return note === undefined ? [] : [{ header, note, layer: digestOf(path), layerIndex: 0, visible: deleted !== true }];
};

/** An example's image. Its layers count as read where it says what they hold. */
const exampleImage = ({ config, sizeBytes, files, flaws, history }: ExampleInputs["image"]): ImageFacts => ({
  ...imageFacts(config, sizeBytes),
  ...(files === undefined ? {} : { files: Object.entries(files).flatMap(([path, file]) => exampleFile(path, file)) }),
  ...(flaws === undefined ? {} : { flaws }),
  ...(history === undefined ? {} : { history: history.map((createdBy) => ({ createdBy, emptyLayer: false })) }),
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
    const given = example as ExampleInputs["image"];
    const { service = "" } = given;
    const facts = exampleImage(given);
    if (given.alone === true)
      return Promise.resolve(
        checkImage("shop/web", facts, {
          now: NOW,
          rules: [rule],
          ...(given.reference === undefined ? {} : { reference: given.reference }),
        }),
      );
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
      images: new Map([["web", facts]]),
    });
  }
  return checkCompose("services: {web: {build: context}}", { rules: [rule] }, contextFiles(example as ExampleInputs["context"]));
};

const contextFiles = (files: ExampleInputs["context"]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`context/${path}`, content]));
