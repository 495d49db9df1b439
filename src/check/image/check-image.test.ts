import { describe, expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { createBudget, type NewTarEntry, readArchiveImage, writeTar } from "../../image/index.ts";
import { RULES } from "../whole-catalogue.ts";
import { NOW } from "../test-data/subjects.ts";
import { checkImage, type CheckImageOptions, type ImageResult } from "./check-image.ts";
import { factsOfContents } from "./facts-of-contents.ts";
import { lookout } from "./file-note.ts";
import { judgesImages } from "./judge-history.ts";

const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n";
const tarOf = async (entries: readonly NewTarEntry[]): Promise<Buffer> => Buffer.concat(await Array.fromAsync(writeTar(entries)));
const file = (path: string, body = "", mode = 0o644): NewTarEntry => ({ path, mode, body: Buffer.from(body) });

/** An image of these layers, read as a docker-archive and judged as `shop`. */
const judged = async (
  layers: readonly (readonly NewTarEntry[])[],
  {
    run = {},
    history = [],
  }: { readonly run?: object; readonly history?: readonly (string | { created_by: string; empty_layer: boolean })[] } = {},
  options: Partial<CheckImageOptions> = {},
): Promise<ImageResult> => {
  const tars = await Promise.all(layers.map(tarOf));
  const config = {
    architecture: "amd64",
    os: "linux",
    config: run,
    history: history.map((step) => (typeof step === "string" ? { created_by: step } : step)),
    rootfs: { type: "layers", diff_ids: tars.map((tar) => digestOf(tar)) },
  };
  const archive = writeTar([
    ...tars.map((body, at) => ({ path: `${at}/layer.tar`, body })),
    file("c.json", JSON.stringify(config)),
    file("manifest.json", JSON.stringify([{ Config: "c.json", Layers: tars.map((_, at) => `${at}/layer.tar`) }])),
  ]);
  const contents = await readArchiveImage(archive, undefined, {
    lookout,
    budget: createBudget(),
    platform: { os: "linux", architecture: "amd64" },
  });
  return checkImage("shop", factsOfContents(contents), { now: NOW, ...options });
};

const GOOD = { User: "10001", Healthcheck: { Test: ["CMD", "/health"] }, Labels: { "org.opencontainers.image.revision": "a".repeat(40) } };
const brief = ({ findings }: ImageResult) => findings.map(({ rule, path, severity }) => `${severity} ${rule} ${path}`);

test("an image with nothing against it", async () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:10001:10001::/app:/bin/false\n";
  const result = await judged([[file("etc/passwd", passwd), file("etc/shadow", "root:*:1::::::\n"), file("app/run", "x", 0o755)]], {
    run: GOOD,
  });
  expect(brief(result)).toEqual([]);
  expect(result.evidence.find(({ source }) => source === "image/non-root")?.verdict).toEqual({ state: "proven" });
});

test("what is in the image and what a later layer deletes are told apart; the secret itself is never said", async () => {
  const result = await judged(
    [
      [
        file("root/.ssh/id_ed25519", KEY),
        file("app/tls.key", KEY),
        file("app/.git/HEAD", "ref"),
        file("app/.git/objects/1", "x".repeat(3000)),
      ],
      [file("root/.ssh/.wh.id_ed25519"), file("opt/tool", "x", 0o4755), file("usr/bin/su", "x", 0o4755)],
    ],
    { run: GOOD },
  );
  expect(brief(result)).toEqual([
    "warning image/leftovers shop:/app/.git",
    "error image/credential-file shop:/app/tls.key",
    "warning image/raised-privileges shop:/opt/tool",
    "error image/credential-file shop:/root/.ssh/id_ed25519",
    "info image/raised-privileges shop:/usr/bin/su",
  ]);
  const [, visible, , deleted] = result.findings;
  expect(visible?.message).not.toContain("later layer");
  expect(deleted?.message).toMatch(/a later layer deletes it, but the image still carries it/);
  expect(deleted?.image).toMatchObject({ file: "/root/.ssh/id_ed25519", layer: expect.stringMatching(/^sha256:/) });
  expect(visible?.image?.layer).toBe(deleted?.image?.layer);
  expect(JSON.stringify(result.findings)).not.toContain("b3BlbnNz");
});

test("accounts: as the last layer has them", async () => {
  const bad = "root::0:0:::\ntoor:x:0:0:::\na:x:5:5:::\nb:x:5:6:::\n";
  const below = await judged([[file("etc/passwd", bad)]], { run: GOOD });
  expect(brief(below)).toEqual([
    "warning image/duplicate-accounts shop:/etc/passwd",
    "error image/empty-password shop:/etc/passwd",
    "error image/second-root shop:/etc/passwd",
  ]);
  expect(brief(await judged([[file("etc/passwd", bad)], [file("etc/passwd", "root:x:0:0:::\n")]], { run: GOOD }))).toEqual([]);
});

describe("the history", () => {
  test("is judged by the rules for Dockerfiles, less surely; what the base did, more softly", async () => {
    const history = [
      "/bin/sh -c #(nop) ADD file:0123456789abcdef in / ",
      "/bin/sh -c sudo make base",
      { created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true },
      "RUN /bin/sh -c sudo make # buildkit",
      "ADD app.js /app/ # buildkit",
    ];
    const result = await judged([[], [], [], []], { run: GOOD, history });
    expect(result.findings.map(({ rule, severity, confidence, image }) => [rule, severity, confidence, image?.step])).toEqual([
      ["dockerfile/sudo", "info", "possible", 2],
      ["dockerfile/sudo", "warning", "likely", 4],
      ["dockerfile/copy-not-add", "warning", "likely", 5],
    ]);
    const [first] = result.findings;
    expect(result.sources[0]?.line(first?.range?.start.line ?? 0)).toBe("RUN sudo make base");
    expect(first?.path).toBe("shop history");
  });

  test("suspects leftovers only where the layers were not read", async () => {
    const history = ["RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"];
    expect(brief(await judged([[]], { run: GOOD, history }))).toEqual([]);
    const facts = { digest: digestOf("x"), platform: { os: "linux", architecture: "amd64" }, sizeBytes: 0, layers: [] };
    const config = { env: [], exposedPorts: [], volumes: [], labels: {}, user: "1" };
    const rules = RULES.filter(({ id }) => id === "dockerfile/apt-lists");
    const { findings } = checkImage(
      "shop",
      { ...facts, config, history: [{ createdBy: history[0] ?? "", emptyLayer: false }] },
      { now: NOW, rules },
    );
    expect(findings.map(({ rule }) => rule)).toEqual(["dockerfile/apt-lists"]);
  });

  test("gives away build arguments; the finding does not", async () => {
    const history = ["RUN |1 NPM_TOKEN=tok-1234567 /bin/sh -c npm ci # buildkit", "ENV DB_PASSWORD=hunter2-old", "ENV A=1"];
    const result = await judged([[], [], []], { run: { ...GOOD, Env: ["A=1"] }, history });
    expect(result.findings.map(({ rule, image }) => [rule, image?.step])).toEqual([
      ["image/secret-in-image", 1],
      ["image/secret-in-image", 2],
    ]);
    expect(JSON.stringify(result.findings)).not.toMatch(/tok-123|hunter2/);
  });
});

describe("ignores", () => {
  test("dockle's, from the environment and its file", async () => {
    const layers = [[file("usr/bin/su", "x", 0o4755), file("app/.git/HEAD", "x")]];
    const result = await judged(
      layers,
      {},
      { dockle: { environment: "CIS-DI-0001, CIS-DI-0006", file: "# why\nCIS-DI-0008\nnonsense\n" } },
    );
    expect(brief(result)).toEqual(["info image/revision-label shop", "warning image/leftovers shop:/app/.git"]);
    expect(result.suppressed.map(({ finding, by }) => [finding.rule, by.reason])).toEqual([
      ["image/healthcheck", "ignored in DOCKLE_IGNORES"],
      ["image/non-root", "ignored in DOCKLE_IGNORES"],
      ["image/raised-privileges", "ignored in .dockleignore"],
    ]);
  });

  test("one that means another code hides nothing", async () => {
    const result = await judged([[file("app/.git/HEAD", "x")]], { run: GOOD }, { dockle: { environment: "DKL-DI-0005" } });
    expect(brief(result)).toEqual(["warning image/leftovers shop:/app/.git"]);
  });
});

test("a threshold: the profile dev fails on errors alone", async () => {
  expect((await judged([[]], { run: GOOD })).fail).toBe("warning");
  expect((await judged([[]], { run: GOOD }, { profile: "dev" })).fail).toBe("error");
});

test("every rule that a history is judged by exists", () => {
  expect(RULES.filter((rule) => rule.kind === "dockerfile" && judgesImages(rule))).toHaveLength(28);
});
