import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BuiltPlatform } from "../build/index.ts";
import type { Evidence } from "../checklist/index.ts";
import { digestOf, parsePlatform, systemClock } from "../core/index.ts";
import { createFakeEngine, type FakeImage, fakeImage } from "../engine/index.ts";
import { loadProject } from "../project/index.ts";
import { judgeImages } from "./judge-images.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-judge-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HERE = parsePlatform("linux/amd64");
const judgeOf = async (
  compose: string,
  images: Readonly<Record<string, FakeImage>>,
  built: Readonly<Record<string, readonly BuiltPlatform[]>> = {},
): Promise<readonly Evidence[]> => {
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  writeFileSync(join(folder, "compose.yaml"), compose);
  const project = await loadProject({ folder, env: {}, git: false });
  return judgeImages({
    project,
    engine: createFakeEngine({ images }),
    platform: HERE,
    clock: systemClock,
    built: new Map(Object.entries(built).map(([service, platforms]) => [service, { platforms }])),
  });
};
/** What was said of running as root, by image. */
const rootOf = (evidence: readonly Evidence[]): readonly (readonly [string, string])[] =>
  evidence.flatMap(({ source, subject, verdict }) =>
    source.includes("image/non-root") ? [[subject.kind === "image" ? subject.digest : subject.kind, verdict.state] as const] : [],
  );

const platform = (name: string, user: string): BuiltPlatform => ({
  platform: parsePlatform(name),
  manifest: digestOf(name),
  config: digestOf(`config of ${name}`),
  compressedSizeBytes: 1,
  uncompressedSizeBytes: 2,
  run: { user, env: [], exposedPorts: [], volumes: [], labels: {} },
  layers: [],
});

test("an image that others built is judged when the engine has it, under the digest of its repository", async () => {
  const pulled = digestOf("the index in the registry");
  const asRoot = { ...fakeImage(), digests: [`docker.io/library/postgres@${pulled}`] };
  const compose = "services:\n  db:\n    image: postgres:15.4\n";
  expect(rootOf(await judgeOf(compose, { "postgres:15.4": { ...asRoot, config: { ...asRoot.config, user: "0" } } }))).toEqual([
    [pulled, "disproved"],
  ]);
  expect(rootOf(await judgeOf(compose, { "postgres:15.4": { ...asRoot, config: { ...asRoot.config, user: "999" } } }))).toEqual([
    [pulled, "proven"],
  ]);
});

test("an image that the engine does not have is not tried", async () => {
  expect(rootOf(await judgeOf("services:\n  db:\n    image: postgres:15.4\n", {}))).toEqual([["service", "not-tried"]]);
});

test("the engine's old copy does not stand for an image that is built here", async () => {
  const compose = "services:\n  web:\n    image: shop/web:1\n    build: .\n";
  expect(rootOf(await judgeOf(compose, { "shop/web:1": fakeImage() }))).toEqual([["service", "not-tried"]]);
});

test("each platform of a built image is judged, not the first alone", async () => {
  const compose = "services:\n  web:\n    build: .\n";
  const platforms = [platform("linux/arm64", "0"), platform("linux/amd64", "10001"), platform("linux/s390x", "10001")];
  expect(rootOf(await judgeOf(compose, {}, { web: platforms }))).toEqual([
    [digestOf("linux/amd64"), "proven"],
    [digestOf("linux/arm64"), "disproved"],
    [digestOf("linux/s390x"), "proven"],
  ]);
});
