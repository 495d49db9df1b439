import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf, parseReference, SeaworthyError } from "../core/index.ts";
import { fakeImage } from "../engine/index.ts";
import { generateKeyPair, registryStore, signDigest, writeKeyPair } from "../trust/index.ts";
import { signingKey, trustedKeys } from "./keys.ts";
import { rollback } from "./rollback.ts";
import { check } from "./stages/check.ts";
import { deploy } from "./stages/deploy.ts";
import { push } from "./stages/push.ts";
import { scan } from "./stages/scan.ts";
import { sign } from "./stages/sign.ts";
import { test as testStage } from "./stages/test.ts";
import { trial } from "./stages/trial.ts";
import { startVoyage, type VoyageOptions } from "./test-data/voyage.ts";

const INDEX = digestOf("the index of postgres");
const POSTGRES = "postgres:15.4-bookworm";
const foreign: VoyageOptions = {
  files: {
    "compose.yaml": `services:\n  db:\n    image: ${POSTGRES}\n    read_only: true\nx-seaworthy: {policy: {profile: dev}, release: {keep: 3}}\n`,
  },
  images: { [POSTGRES]: { ...fakeImage(), digests: [`docker.io/library/postgres@${INDEX}`] } },
};

describe("check", () => {
  test("passes on what the policy lets through, and keeps what it found", async () => {
    const { voyage } = await startVoyage(foreign);
    expect(await check.run(voyage)).toMatchObject({ state: "passed" });
    expect(voyage.evidence.length).toBeGreaterThan(0);
  });
  test("refuses what the files disprove, with the reasons, exit 1", async () => {
    const { voyage } = await startVoyage({ files: { "compose.yaml": "services:\n  web: {image: 'nginx:1.27', privileged: true}\n" } });
    const result = await check.run(voyage);
    expect(result).toMatchObject({ state: "refused", exit: 1 });
    expect(result.state === "refused" && result.problems.join("\n")).toMatch(
      /^least-capabilities must be free of disproof: .*web: .*is privileged/m,
    );
  });
});

describe("what this version cannot do is not passed, it is not tried, with the reason", () => {
  test.each([scan, trial])("$name", async ({ run }) => {
    const { voyage } = await startVoyage(foreign);
    expect(await run(voyage)).toEqual({
      state: "not-tried",
      reason: expect.stringMatching(/there are no advisories in|this image of db was not tried: seaworthy trial db/),
    });
    expect(voyage.evidence.length).toBeGreaterThan(0);
    expect(new Set(voyage.evidence.map(({ verdict }) => verdict.state))).toEqual(new Set(["not-tried"]));
  });
  test("test", async () => {
    const { voyage } = await startVoyage(foreign);
    expect(await testStage.run(voyage)).toMatchObject({ state: "not-tried", reason: expect.stringContaining("names no tests") });
  });
  test("push and sign, where nothing was built", async () => {
    const { voyage } = await startVoyage(foreign);
    expect(await push.run(voyage)).toMatchObject({ state: "passed" });
    expect(await sign.run(voyage)).toMatchObject({ state: "not-tried", reason: expect.stringContaining("builds nothing of its own") });
    expect(existsSync(join(voyage.state.folder, "trust"))).toBe(false);
  });
});

describe("deploy", () => {
  test("hands over the digests, the evidence and how much is kept; what others built says why it is taken", async () => {
    const { voyage, deployed } = await startVoyage(foreign);
    expect(await deploy.run(voyage)).toMatchObject({ state: "passed", words: "release r7 is live after 1.5 s" });
    expect(deployed).toHaveLength(1);
    expect(deployed[0]).toMatchObject({ why: "because", keep: { releases: 3, forMs: 0 }, verified: [] });
    expect(deployed[0]?.manifest).toMatchObject({
      project: "shop",
      version: "1.2.3",
      services: [
        {
          name: "db",
          image: { repository: "docker.io/library/postgres", digest: INDEX },
          unverified: expect.stringContaining("others built it"),
        },
      ],
    });
    expect(deployed[0]?.evidence.map(({ item }) => item)).toContain("multi-arch");
  });

  test("a dry run has a plan, and changes nothing", async () => {
    const { voyage, deployed } = await startVoyage({ ...foreign, dryRun: true });
    expect(await deploy.run(voyage)).toMatchObject({ state: "passed" });
    expect(voyage.plan?.steps.length).toBeGreaterThan(0);
    expect(deployed).toEqual([]);
  });

  test("what the policy wants proven and nobody proved is refused before anything changes", async () => {
    const { voyage, deployed } = await startVoyage({
      ...foreign,
      files: {
        "compose.yaml": `services:\n  db: {image: '${POSTGRES}'}\nx-seaworthy: {policy: {profile: dev, require: {clock: proven}}}\n`,
      },
    });
    expect(await deploy.run(voyage)).toMatchObject({
      state: "refused",
      exit: 1,
      problems: [expect.stringMatching(/^clock must be proven: only a trial/)],
    });
    expect(deployed).toEqual([]);
  });

  test("production wants signatures: a project without a signed image of its own is refused unless it says otherwise", async () => {
    const compose = (policy: string): VoyageOptions => ({
      ...foreign,
      files: { "compose.yaml": `services:\n  db: {image: '${POSTGRES}'}\nx-seaworthy: {policy: {${policy}}}\n` },
    });
    const { voyage, deployed } = await startVoyage(compose("profile: production"));
    expect(await deploy.run(voyage)).toMatchObject({ state: "refused", problems: [expect.stringMatching(/^signed must be proven/)] });
    expect(deployed).toEqual([]);
    const waived = await startVoyage(compose("profile: production, require: {signed: off}"));
    expect(await deploy.run(waived.voyage)).toMatchObject({ state: "passed" });
  });

  test("an image of ours that is not in the registry is missed by name, with what to run", async () => {
    const { voyage, deployed } = await startVoyage({
      files: { "compose.yaml": "services:\n  web: {build: .}\nx-seaworthy: {policy: {profile: dev}}\n", Dockerfile: "FROM scratch\n" },
    });
    await expect(deploy.run(voyage)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("shop/web:sha-0123456789ab"),
      hint: expect.stringContaining("seaworthy push"),
    });
    expect(deployed).toEqual([]);
  });

  test("an image of ours without a signature is refused, whatever the policy, and nothing changes", async () => {
    const { voyage, deployed } = await startVoyage({
      files: {
        "compose.yaml": "services:\n  web: {build: .}\nx-seaworthy: {policy: {profile: dev, require: {signed: off}}}\n",
        Dockerfile: "FROM scratch\n",
      },
    });
    const digest = digestOf("unsigned");
    voyage.images.set("web", {
      service: "web",
      repository: { registry: voyage.harbour.address, repository: "shop/web" },
      digest,
      manifest: digest,
      platforms: [voyage.platform],
      ours: true,
    });
    await expect(deploy.run(voyage)).rejects.toMatchObject({ code: "NOT_SIGNED", exit: 1 });
    expect([deployed, voyage.verified]).toEqual([[], []]);
  });

  test.each([
    ["RELEASE_NOT_LIVE", 3],
    ["PORT_TAKEN", 8],
    ["ENGINE_UNREACHABLE", 7],
  ] as const)("a release that was taken back for %s is refused with exit %d and every line of why", async (code, exit) => {
    const because = new SeaworthyError(code, "db did not become ready", { problems: ["last log lines:", "  no space"], hint: "Look." });
    const { voyage } = await startVoyage({ ...foreign, outcome: () => ({ state: "reverted", release: 8, because, seconds: 2 }) });
    expect(await deploy.run(voyage)).toEqual({
      state: "refused",
      words: "db did not become ready",
      problems: ["last log lines:", "  no space"],
      exit,
      hint: "Look.",
    });
  });

  test("a secret is in the release by its version, never by its value", async () => {
    const { voyage, deployed } = await startVoyage({
      ...foreign,
      files: {
        "compose.yaml": `services:\n  db:\n    image: ${POSTGRES}\n    secrets: [password]\nsecrets: {password: {file: ./password.txt}}\nx-seaworthy: {policy: {profile: dev}}\n`,
        "password.txt": "sandpiper-44",
      },
    });
    await deploy.run(voyage);
    expect(deployed[0]?.manifest.services[0]?.secretVersions).toEqual({ password: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(JSON.stringify(deployed[0]?.manifest)).not.toContain("sandpiper-44");
    expect(await deployed[0]?.content?.("secret", "password")).toBe("sandpiper-44");
    expect(await deployed[0]?.content?.("secret", "other")).toBeUndefined();
  });

  test("what runs by a schedule has no replicas, and where no agent is at work that is said", async () => {
    const { voyage, deployed } = await startVoyage({
      ...foreign,
      files: {
        "compose.yaml": `services:\n  db:\n    image: ${POSTGRES}\n    x-seaworthy: {schedule: '@daily'}\nx-seaworthy: {policy: {profile: dev}}\n`,
      },
    });
    const notes: string[] = [];
    const watched = { ...voyage, releases: { ...voyage.releases, watcher: () => ({ who: "a", what: "watch", pid: 1, since: 0 }) } };
    await deploy.run({ ...watched, progress: { ...voyage.progress, note: (words) => notes.push(words) } });
    expect(notes).toEqual([]);
    await deploy.run({ ...voyage, progress: { ...voyage.progress, note: (words) => notes.push(words) } });
    expect(notes).toEqual([expect.stringMatching(/^no agent is at work here, so nobody runs db by schedule/)]);
    expect(deployed[0]?.manifest.services[0]).toMatchObject({ replicas: 0, schedule: { cron: "@daily", timezone: "UTC" } });
  });
});

describe("rollback", () => {
  test("is a release of its own, with the evidence of the one it brings back", async () => {
    const { voyage, deployed } = await startVoyage(foreign);
    await deploy.run(voyage);
    const manifest = deployed[0]?.manifest;
    if (manifest === undefined) throw new Error("nothing was deployed");
    const old = {
      item: "non-root",
      subject: { kind: "service", service: "db" },
      kind: "static",
      verdict: { state: "proven" },
      source: "s",
      because: "b",
      at: 1,
    } as const;
    const releases = {
      ...voyage.releases,
      rollbackTarget: () => ({ crosses: [], release: 4, manifest }),
      evidenceOf: () => [old, { ...old, item: "signed" as const }],
    };
    expect(await rollback({ ...voyage, releases })).toMatchObject({ target: 4, outcome: { state: "live" } });
    // Signatures are looked at again, so what they were is not taken over.
    expect(deployed[1]).toMatchObject({ rollbackTo: 4, manifest, keep: { releases: 3, forMs: 0 }, evidence: [old] });
  });

  test("of an image whose signature no longer counts is refused, and nothing changes", async () => {
    const { voyage, deployed } = await startVoyage(foreign);
    await deploy.run(voyage);
    const [first] = deployed;
    if (first === undefined) throw new Error("nothing was deployed");
    const services = first.manifest.services.map(({ unverified: _, ...service }) => ({
      ...service,
      image: { ...service.image, repository: `${voyage.harbour.address}/shop/db` },
    }));
    const releases = { ...voyage.releases, rollbackTarget: () => ({ crosses: [], release: 4, manifest: { ...first.manifest, services } }) };
    const inEngine = { ...voyage.engine, images: { ...voyage.engine.images, inspect: async () => fakeImage() } };
    await expect(rollback({ ...voyage, releases, engine: inEngine })).rejects.toMatchObject({ code: "NOT_SIGNED" });
    const nowhere = rollback({ ...voyage, releases });
    await expect(nowhere, "an image that is nowhere is refused by name").rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("r4 of shop cannot be brought back: db"),
      problems: [expect.stringContaining(`db: ${voyage.harbour.address}/shop/db@sha256:`)],
    });
    expect(deployed).toHaveLength(1);
  });

  test("with the registry away: from the engine, by the copy of the signature, and only by a key that is trusted now", async () => {
    const { voyage, deployed } = await startVoyage(foreign);
    await deploy.run(voyage);
    const [first] = deployed;
    if (first === undefined) throw new Error("nothing was deployed");
    const { client, address } = voyage.harbour;
    const repository = parseReference(`${address}/shop/db`);
    const digest = digestOf("what is signed need not be there to be signed");
    await signDigest(registryStore(client), repository, digest, await signingKey(voyage.project, voyage.state, { env: {} }));
    const services = first.manifest.services.map(({ unverified: _, ...service }) => ({
      ...service,
      image: { repository: `${address}/shop/db`, digest, manifest: digest },
    }));
    const releases = { ...voyage.releases, rollbackTarget: () => ({ crosses: [], release: 4, manifest: { ...first.manifest, services } }) };
    const engine = { ...voyage.engine, images: { ...voyage.engine.images, inspect: async () => fakeImage() } };
    await rollback({ ...voyage, releases, engine });
    const away = async (): Promise<never> => {
      throw new SeaworthyError("REGISTRY_UNREACHABLE", "no route to the registry");
    };
    const without = { ...voyage, releases, engine, harbour: { ...voyage.harbour, client: { ...client, manifest: away } } };
    await rollback({ ...without, verified: [] });
    expect(deployed[2]?.verified).toMatchObject([{ digest }]);
    const path = join(voyage.project.folder, "another");
    writeKeyPair(path, generateKeyPair(""));
    const another = { ...without, verified: [], keys: { env: {}, publicPath: `${path}.pub` } };
    await expect(rollback(another)).rejects.toMatchObject({ code: "NOT_SIGNED" });
    await expect(rollback({ ...without, engine: voyage.engine })).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    expect(deployed).toHaveLength(3);
  });

  test("reaches as far as the project keeps", async () => {
    const { voyage } = await startVoyage(foreign);
    const asked: unknown[] = [];
    const releases = {
      ...voyage.releases,
      rollbackTarget: (...args: readonly unknown[]) => {
        asked.push(args);
        throw new SeaworthyError("INPUT_NOT_FOUND", "beyond");
      },
    };
    await expect(rollback({ ...voyage, releases }, 2)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
    expect(asked).toEqual([["shop", 2, { releases: 3, forMs: 0 }]]);
  });
});

describe("keys", () => {
  test("of this host are made at first use, once, whole, and for its owner alone", async () => {
    const { voyage } = await startVoyage(foreign);
    const { project, state } = voyage;
    const signing = await signingKey(project, state, { env: {} });
    const [trusted] = trustedKeys(project, state);
    expect(trusted?.fingerprint).toBe(signing.publicKey.fingerprint);
    expect(readdirSync(state.folder).filter((name) => name.includes("tmp"))).toEqual([]);
    expect((await signingKey(project, state, { env: {} })).publicKey.fingerprint).toBe(signing.publicKey.fingerprint);
  });
  test("lie beside other files in their folder without trouble", async () => {
    const { voyage } = await startVoyage(foreign);
    mkdirSync(join(voyage.state.folder, "trust"));
    writeFileSync(join(voyage.state.folder, "trust/notes.txt"), "mine");
    expect(trustedKeys(voyage.project, voyage.state)).toHaveLength(1);
    expect(readFileSync(join(voyage.state.folder, "trust/notes.txt"), "utf8")).toBe("mine");
  });
  test("the project's own come before this host's, the named ones before all", async () => {
    const { voyage } = await startVoyage(foreign);
    const { project, state } = voyage;
    writeKeyPair(join(project.folder, "cosign"), generateKeyPair(""));
    const named = writeKeyPair(join(state.folder, "named"), generateKeyPair(""));
    const prints = [trustedKeys(project, state), trustedKeys(project, state, named.publicPath)].map(([key]) => key?.path);
    expect(prints).toEqual([join(project.folder, "cosign.pub"), named.publicPath]);
    expect((await signingKey(project, state, { env: { COSIGN_PASSWORD: "" }, path: named.privatePath })).publicKey.path).toBe(
      named.privatePath,
    );
  });
});
