import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyImage } from "../../test/support/tiny-image.ts";
import { createDockerEngine } from "../engine/index.ts";
import { createLayout, openLayout } from "../image/index.ts";
import type { BuildSecret, GitState, Project, Service } from "../project/index.ts";
import { type BuildOptions, buildService, type BuiltImage } from "./build-service.ts";
import { buildTag } from "./leftovers.ts";
import { projectTags } from "./project-tags.ts";
import { findDockerCli } from "./docker/find-cli.ts";

const engine = createDockerEngine();
const SECRET = `t0ken-${Math.random().toString(36).slice(2)}-of-the-build`;
let root = "";
let base = "";
let docker = "";

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "seaworthy-build-test-"));
  base = await tinyImage();
  docker = (await findDockerCli()).program;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const git = (folder: string, ...args: readonly string[]): string =>
  run("git", "-C", folder, "-c", "user.name=T", "-c", "user.email=t@example", ...args).trim();

let commits = 0;
const commit = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  git(folder, "add", "-A");
  commits += 1;
  // Times of their own, so that a layer's time shows which commit it came from.
  execFileSync("git", ["-C", folder, "-c", "user.name=T", "-c", "user.email=t@example", "commit", "-qm", String(commits)], {
    env: { ...process.env, GIT_COMMITTER_DATE: new Date(Date.UTC(2026, 0, commits)).toISOString() },
  });
};
const newProject = (name: string, files: Readonly<Record<string, string>>): string => {
  const folder = join(root, name);
  mkdirSync(folder);
  git(folder, "init", "-q", "-b", "main");
  commit(folder, files);
  return folder;
};

const stateOf = (folder: string): GitState => ({
  commit: git(folder, "rev-parse", "HEAD"),
  branch: "main",
  tags: git(folder, "tag", "--points-at", "HEAD")
    .split("\n")
    .filter((tag) => tag !== ""),
  dirty: git(folder, "status", "--porcelain") !== "",
  committedAt: Number(git(folder, "log", "-1", "--format=%ct")) * 1000,
});

let layouts = 0;
const build = (
  folder: string,
  options: Partial<BuildOptions> & { readonly secrets?: readonly BuildSecret[]; readonly target?: string } = {},
): Promise<BuiltImage> => {
  const { secrets = [], target, ...rest } = options;
  const settings = { build: { platforms: [], secrets: [] }, release: { strategy: "rolling", drain: 0, ready: 0 } };
  // Only what a build looks at; the rest of a project is read elsewhere.
  const service = {
    name: "web",
    settings,
    build: {
      context: folder,
      dockerfile: join(folder, "Dockerfile"),
      args: {},
      platforms: [],
      secrets,
      ...(target === undefined ? {} : { target }),
    },
  };
  const project = { name: "shop", folder, git: stateOf(folder), services: [service] };
  layouts += 1;
  return buildService(project as unknown as Project, service as unknown as Service, {
    engine,
    layoutFolder: join(root, `layout-${layouts}`),
    cacheFolder: join(root, `cache-${layouts}`),
    ...rest,
  });
};

/** Every byte that the image consists of, unpacked. */
const everyByte = async (image: BuiltImage): Promise<string> => {
  const layout = await openLayout(image.layoutFolder);
  const blobs = join(layout.folder, "blobs", "sha256");
  return readdirSync(blobs)
    .map((name) => readFileSync(join(blobs, name)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("latin1"))
    .join("\n");
};

const shop = (): Readonly<Record<string, string>> => ({
  Dockerfile: [
    `FROM ${base} AS deps`,
    "WORKDIR /app",
    "COPY deps.txt ./",
    "RUN mkdir installed && cp deps.txt installed/it && seq 1 50000 > installed/numbers",
    `FROM ${base}`,
    'LABEL org.opencontainers.image.title="The Shop" maintainer="ann"',
    "WORKDIR /app",
    "COPY --from=deps /app/installed ./installed",
    "COPY src ./src",
    "USER 65532:65532",
    "HEALTHCHECK CMD true",
    'CMD ["/bin/sh", "src/main.sh"]',
  ].join("\n"),
  // Of this project alone: with several equal ones BuildKit takes whichever cached result it finds first.
  "deps.txt": `${randomUUID()}\n`,
  "src/main.sh": "echo 1\n",
});

describe("one commit", () => {
  test("has one digest: cached, run again, and from another checkout; skopeo reads it", async () => {
    const folder = newProject("again", shop());
    git(folder, "tag", "v1.0.0");
    const first = await build(folder);
    const again = await build(folder, { noCache: true });
    const clone = join(root, "clone");
    run("git", "clone", "-q", folder, clone);
    const elsewhere = await build(clone, { noCache: true });
    expect(again.digest).toBe(first.digest);
    expect(elsewhere.digest).toBe(first.digest);
    expect(first.steps).toBeGreaterThanOrEqual(4);
    expect(again.cachedSteps).toBeLessThan(again.steps);
    expect(first.tags).toMatchObject({
      version: "1.0.0",
      fixed: ["1.0.0", `sha-${git(folder, "rev-parse", "HEAD").slice(0, 12)}`],
      moving: ["1.0", "1", "latest", "main"],
    });
    expect(first.run).toMatchObject({
      user: "65532:65532",
      command: ["/bin/sh", "src/main.sh"],
      workingDir: "/app",
      healthcheck: { test: ["CMD-SHELL", "true"] },
    });
    expect(first.labels).toMatchObject({
      "org.opencontainers.image.title": "The Shop",
      "org.opencontainers.image.version": "1.0.0",
      maintainer: "ann",
    });
    const seen = JSON.parse(run("skopeo", "inspect", `oci:${first.layoutFolder}`));
    expect(seen.Digest).toBe(first.digest);
    expect(seen.Labels).toEqual(first.labels);
    expect(seen.Layers).toEqual(first.platforms[0]?.layers.map((layer) => layer.digest));
    // Every blob can be unpacked by a stranger and has the diff_id it claims: skopeo checks both while copying.
    run("skopeo", "copy", "-q", `oci:${first.layoutFolder}`, `docker-archive:${join(root, "copied.tar")}:shop/web:1`);
  });

  test("keeps the base's layers byte for byte and leaves nothing in the engine", async () => {
    // A build that was killed, another's, may have left one.
    const inEngine = (): string => run(docker, "image", "ls", "--quiet", "--filter", "reference=seaworthy-build/*");
    const before = inEngine();
    const folder = newProject("base", shop());
    const image = await build(folder);
    const known = await engine.images.inspect(base);
    expect(image.platforms[0]?.layers.slice(0, known?.layers.length).map((layer) => layer.diffId)).toEqual(known?.layers);
    expect(inEngine()).toBe(before);
  });
});

test("a commit of the source alone leaves the dependency layer as it is, and compresses only what changed", async () => {
  const folder = newProject("source", shop());
  const layoutFolder = join(root, "layout-source");
  const cacheFolder = join(root, "cache-source");
  const before = await build(folder, { layoutFolder, cacheFolder });
  const unchanged = await build(folder, { layoutFolder, cacheFolder });
  expect(unchanged).toMatchObject({ digest: before.digest, compressedLayers: 0 });
  commit(folder, { "src/main.sh": "echo 2\n" });
  const after = await build(folder, { layoutFolder, cacheFolder });
  const layersOf = (image: BuiltImage) => image.platforms[0]?.layers.map((layer) => layer.digest) ?? [];
  expect(after.digest).not.toBe(before.digest);
  expect(layersOf(after).slice(0, -1)).toEqual(layersOf(before).slice(0, -1));
  expect(after.compressedLayers).toBe(1);
  expect(after.steps - after.cachedSteps, "only the source was copied anew").toBe(1);
  // Steps cached since the earlier commit, or run again now: no difference.
  expect((await build(folder, { noCache: true })).digest).toBe(after.digest);
  const layout = await createLayout(layoutFolder);
  const blobs = readdirSync(join(layout.folder, "blobs", "sha256"));
  expect(blobs).toHaveLength(1 + 1 + 1 + layersOf(after).length);
});

test("a Dockerfile that asks for SOURCE_DATE_EPOCH is given the commit's time", async () => {
  const folder = newProject("epoch", { Dockerfile: `FROM ${base}\nARG SOURCE_DATE_EPOCH\nRUN echo "epoch $SOURCE_DATE_EPOCH" > /epoch\n` });
  expect(await everyByte(await build(folder))).toContain(`epoch ${Number(git(folder, "log", "-1", "--format=%ct"))}`);
});

test("a changed tree is built, tagged as such, and its tag follows the content", async () => {
  const folder = newProject("dirty", shop());
  writeFileSync(join(folder, "src/main.sh"), "echo changed\n");
  const one = await build(folder);
  writeFileSync(join(folder, "src/main.sh"), "echo changed again\n");
  const two = await build(folder);
  expect(one.tags.fixed).toEqual([]);
  expect(one.tags.version).toMatch(/^sha-[0-9a-f]{12}-dirty-[0-9a-f]{8}$/);
  expect(two.tags.version).not.toBe(one.tags.version);
});

test("a context beside the project counts: what is changed there takes the version away", async () => {
  const folder = newProject("beside", { "app/compose.yaml": "", "shared/Dockerfile": `FROM ${base}\nCOPY f /\n`, "shared/f": "1" });
  git(folder, "tag", "v1.0.0");
  const tags = async () => {
    const build = { context: join(folder, "shared"), dockerfile: join(folder, "shared/Dockerfile") };
    // `readGit` looks at the project's own folder, which is clean all the time.
    const project = {
      name: "shop",
      folder: join(folder, "app"),
      git: { ...stateOf(folder), dirty: false },
      services: [{ name: "web", build }],
    };
    return (await projectTags(project as unknown as Project)).version;
  };
  expect(await tags()).toBe("1.0.0");
  writeFileSync(join(folder, "shared/f"), "2");
  expect(await tags()).toMatch(/-dirty-/);
});

describe("what goes wrong", () => {
  const failure = async (folder: string, options: Parameters<typeof build>[1] = {}): Promise<unknown> =>
    build(folder, options).then(
      () => "built",
      (error: unknown) => error,
    );

  test("a step that fails is told with its last words, secrets taken out", async () => {
    const folder = newProject("failing", {
      Dockerfile: `FROM ${base}\nRUN --mount=type=secret,id=token echo before && cat /run/secrets/token && exit 3\n`,
    });
    const error = await failure(folder, { secrets: [{ id: "token", source: { key: "token", from: "content", content: SECRET } }] });
    expect(error).toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringMatching(/\[(?:stage-0 )?2\/2\] RUN .*exit code: 3/),
      problems: expect.arrayContaining(["before", "[redacted]"]),
    });
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test.each([
    ["a word that is no instruction", () => `FROM ${base}\nRUM true\n`, /unknown instruction: RUM/i],
    ["a base nobody has", () => "FROM seaworthy-test/nobody-has-this:1\n", /seaworthy-test\/nobody-has-this/],
    ["a file that is not in the context", () => `FROM ${base}\nCOPY nope /\n`, /nope/],
  ])("%s", async (name, dockerfile, wanted) => {
    const folder = newProject(`wrong-${name.length}`, { Dockerfile: dockerfile() });
    expect(await failure(folder)).toMatchObject({ code: "BUILD_FAILED", message: expect.stringMatching(wanted) });
  });

  test("a target that is not there", async () => {
    const folder = newProject("target", { Dockerfile: `FROM ${base} AS one\n` });
    expect(await failure(folder, { target: "two" })).toMatchObject({ code: "BUILD_FAILED", message: expect.stringContaining("two") });
  });

  test("cancelling ends the step in the engine too", async () => {
    const mark = `sleep 4${Math.floor(Math.random() * 1e6)}`;
    const folder = newProject("cancel", { Dockerfile: `FROM ${base}\nRUN ${mark}\n` });
    const controller = new AbortController();
    const started = Date.now();
    const running = () => run("ps", "-eo", "args").includes(mark);
    const poll = setInterval(() => running() && controller.abort(new Error("interrupted")), 100);
    const error = await failure(folder, { signal: controller.signal });
    clearInterval(poll);
    expect(error).toMatchObject({ message: "interrupted" });
    expect(Date.now() - started).toBeLessThan(30_000);
    for (let tries = 0; running() && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(running()).toBe(false);
  });
});

test("a build secret is in no layer, no history and no configuration, and the CA bundle is there for who asks", async () => {
  const folder = newProject("secret", {
    Dockerfile: [
      `FROM ${base}`,
      "RUN --mount=type=secret,id=token head -c 6 /run/secrets/token > /begins",
      "RUN --mount=type=secret,id=ca [ -s /run/secrets/ca ] && echo yes > /ca-was-here",
    ].join("\n"),
  });
  process.env["SEAWORTHY_TEST_TOKEN"] = SECRET;
  try {
    const ca = join(root, "ca.crt");
    writeFileSync(ca, "a certificate that stays outside\n");
    const image = await build(folder, {
      secrets: [{ id: "token", source: { key: "token", from: "environment", variable: "SEAWORTHY_TEST_TOKEN" } }],
      environment: { ...process.env, SSL_CERT_FILE: ca },
    });
    const bytes = await everyByte(image);
    const has = (words: string): boolean => bytes.includes(words);
    expect({ begin: has("t0ken-"), ca: has("ca-was-here") }).toEqual({ begin: true, ca: true });
    expect({ secret: has(SECRET), certificate: has("a certificate that stays outside") }).toEqual({ secret: false, certificate: false });
  } finally {
    delete process.env["SEAWORTHY_TEST_TOKEN"];
  }
});

test("what an earlier build left in the engine goes with the next one; another layout's stays", async () => {
  const folder = newProject("cut-off", { Dockerfile: `FROM ${base}\nCMD ["true"]\n` });
  const layoutFolder = join(root, "layout-cut-off");
  const [mine, theirs] = [buildTag("web", layoutFolder), buildTag("web", join(root, "layout-of-theirs"))];
  for (const tag of [mine, theirs]) await engine.images.tag(base, tag);
  const notes: string[] = [];
  try {
    await build(folder, { layoutFolder, progress: { begin: () => undefined, end: () => undefined, note: (words) => notes.push(words) } });
    expect(await engine.images.inspect(mine)).toBeUndefined();
    expect(await engine.images.inspect(theirs)).toBeDefined();
    expect(notes.join()).toContain(`removed ${mine}`);
  } finally {
    await engine.images.remove(theirs);
  }
});
