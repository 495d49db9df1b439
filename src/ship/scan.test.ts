import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { byDigest, byTag, digestOf, parseReference, SeaworthyError } from "../core/index.ts";
import { copyToRegistry, createRegistryClient, openLayout } from "../image/index.ts";
import { DEFAULT_GATE, judge } from "../scan/index.ts";
import { generateKeyPair, PREDICATES, readAttestations, registryStore, writeKeyPair } from "../trust/index.ts";
import { changesOf } from "./changes.ts";
import { signingKey } from "./keys.ts";
import { releaseManifest } from "./manifest.ts";
import { gatePolicyOf, openAdvisories } from "./scan-images.ts";
import { scanRunning } from "./scan-running.ts";
import { deploy } from "./stages/deploy.ts";
import { scan } from "./stages/scan.ts";
import { sign } from "./stages/sign.ts";
import { push } from "./stages/push.ts";
import { oneAdvisory, scannable } from "./test-data/scannable.ts";
import { startVoyage } from "./test-data/voyage.ts";
import type { Voyage } from "./voyage.ts";

const OLD = "3.0.1";
const MENDED = "3.0.9";

/** A project of one service, built, with openssl in this version in it, and advisories at hand unless they are not. */
const sailing = async (
  version: string | undefined,
  { policy = "profile: production", rest = "", advisories = true, dryRun = false } = {},
): Promise<Voyage> => {
  const { voyage } = await startVoyage({
    files: {
      "compose.yaml": `services:\n  web: {build: .}\nx-seaworthy: {policy: {${policy}}${rest}}\n`,
      Dockerfile: "FROM scratch\n",
    },
    dryRun,
  });
  if (advisories) await oneAdvisory(voyage.advisoryFolder);
  voyage.built.set("web", await scannable(join(voyage.cacheFolder, "layout"), "web", version));
  return voyage;
};

const scannedOf = ({ evidence }: Voyage) => evidence.filter(({ item }) => item === "scanned");

describe("the scan on the way", () => {
  test("of an image with a fault refuses, with the finding, before anything is pushed", async () => {
    const voyage = await sailing(OLD);
    const result = await scan.run(voyage);
    expect(result).toMatchObject({
      state: "refused",
      exit: 1,
      words: expect.stringContaining("web: 1 known vulnerability in 1 package, 1 refused"),
      problems: ["web: CVE-2026-0001 (high) in openssl 3.0.1, fixed in 3.0.9"],
      hint: expect.stringContaining("x-seaworthy.scan.waive"),
    });
    expect(scannedOf(voyage)).toMatchObject([
      {
        kind: "scan",
        verdict: { state: "disproved" },
        subject: { kind: "image", service: "web", digest: voyage.built.get("web")?.platforms[0]?.manifest },
      },
    ]);
  });

  test("of a mended one passes, and is proof", async () => {
    const voyage = await sailing(MENDED);
    expect(await scan.run(voyage)).toEqual({ state: "passed", words: "web: 0 known vulnerabilities in 1 package, none that is refused" });
    expect(scannedOf(voyage)).toMatchObject([{ verdict: { state: "proven" }, because: expect.stringContaining("advisories of 20") }]);
  });

  test("of an image in which nothing can be judged is no proof", async () => {
    const voyage = await sailing(undefined);
    expect(await scan.run(voyage)).toMatchObject({
      state: "refused",
      problems: expect.arrayContaining(["web: nothing in it could be judged, which is no proof"]),
    });
  });

  test("refuses nothing where the policy does not, nor where the item is waived", async () => {
    expect(await scan.run(await sailing(OLD, { policy: "profile: dev" }))).toMatchObject({ state: "passed" });
    const rest = ", waive: [{item: scanned, until: 2099-01-01, by: ann@acme.example, why: first month}]";
    expect(await scan.run(await sailing(OLD, { rest }))).toMatchObject({ state: "passed" });
  });

  test("refuses no more than the project does: a severity, a waiver until it ends, with its place", async () => {
    expect(await scan.run(await sailing(OLD, { policy: "scan: {fail: critical}" }))).toMatchObject({ state: "passed" });
    const waived = (until: string) =>
      sailing(OLD, { rest: `, scan: {waive: [{id: CVE-2026-0001, reason: unreachable, until: ${until}}]}` });
    expect(await scan.run(await waived("2099-01-01"))).toMatchObject({
      state: "passed",
      words: expect.stringContaining("1 of them excused"),
    });
    const ended = await waived("2020-01-01");
    const notes: string[] = [];
    expect(await scan.run({ ...ended, progress: { ...ended.progress, note: (text) => notes.push(text) } })).toMatchObject({
      state: "refused",
    });
    expect(notes).toEqual([expect.stringMatching(/^.*compose\.yaml:3:\d+: the waiver of CVE-2026-0001 ended on 2020-01-01/)]);
  });

  test("reads an image once: its advisories are looked up anew, what is in it is kept", async () => {
    const voyage = await sailing(OLD);
    await scan.run(voyage);
    const gone = {
      ...voyage,
      evidence: [],
      built: new Map([...voyage.built].map(([name, image]) => [name, { ...image, layoutFolder: "/nowhere" }])),
    };
    expect(await scan.run(gone)).toMatchObject({ state: "refused" });
    // Another version of this tool may see more.
    await expect(scan.run({ ...gone, tool: "0.0.1" })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
    await expect(scan.run({ ...gone, readerCode: () => "another build" })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });

  test("without advisories is said, with what to run; only who asks for a scan is refused", async () => {
    const voyage = await sailing(OLD, { advisories: false });
    expect(await scan.run(voyage)).toEqual({
      state: "not-tried",
      reason: expect.stringMatching(/^there are no advisories in .*seaworthy db/),
    });
    expect(scannedOf(voyage)).toMatchObject([{ verdict: { state: "not-tried" } }]);
    for (const policy of ["profile: strict", "profile: dev, require: {scanned: proven}"])
      expect(await scan.run(await sailing(OLD, { advisories: false, policy }))).toMatchObject({
        state: "refused",
        problems: [expect.stringMatching(/^scanned must be proven: there are no advisories/)],
      });
    expect(await scan.run(await sailing(OLD, { advisories: false, policy: "profile: strict, require: {scanned: off}" }))).toMatchObject({
      state: "not-tried",
    });
  });

  test("of an image that others built reads it from its registry; a dry run says that it would", async () => {
    const voyage = await sailing(MENDED, { policy: "profile: production" });
    const image = voyage.built.get("web");
    if (image === undefined) throw new Error("nothing was built");
    const other = parseReference(`${voyage.harbour.address}/other/db`);
    await copyToRegistry(await openLayout(image.layoutFolder), image.digest, voyage.harbour.client, byTag(other, "1"), {
      tags: [],
      progress: voyage.progress,
    });
    const { project } = await startVoyage({
      files: { "compose.yaml": `services:\n  db: {image: '${voyage.harbour.address}/other/db:1'}\n` },
    }).then((one) => one.voyage);
    const foreign = { ...voyage, project, built: new Map(), images: new Map() };
    expect(await scan.run({ ...foreign, dryRun: true })).toEqual({
      state: "not-tried",
      reason: "a dry run fetches nothing: db would be read from its registry and scanned",
    });
    expect(await scan.run(foreign)).toMatchObject({
      state: "passed",
      words: expect.stringContaining("db: 0 known vulnerabilities in 1 package"),
    });
  });
});

describe("what was scanned travels with the image", () => {
  const pushedAndSigned = async (version: string, policy?: string): Promise<Voyage> => {
    const voyage = await sailing(version, policy === undefined ? {} : { policy });
    await scan.run(voyage);
    await push.run(voyage);
    await sign.run(voyage);
    return voyage;
  };

  test("as SBOMs and a scan, signed, of the platform and of the index; saying the same again adds nothing", async () => {
    const voyage = await pushedAndSigned(MENDED);
    const image = voyage.images.get("web");
    if (image === undefined) throw new Error("nothing was pushed");
    const key = await signingKey(voyage.project, voyage.state, voyage.keys);
    const store = registryStore(voyage.harbour.client);
    const typesOf = async (digest: typeof image.digest) => {
      const { good, refusals } = await readAttestations(store, byDigest(image.repository, digest), digest, [key.publicKey]);
      expect(refusals).toEqual([]);
      return good.map(({ predicateType, form }) => `${form} ${predicateType}`).toSorted();
    };
    const all = [PREDICATES.cyclonedx, PREDICATES.spdx, PREDICATES.vuln];
    const both = (types: readonly string[]) => ["tag", "bundle"].flatMap((form) => types.map((type) => `${form} ${type}`)).toSorted();
    // With one bundle beside it, cosign 3 looks for the signature among bundles too.
    const signed = "bundle https://sigstore.dev/cosign/sign/v1";
    expect(await typesOf(image.manifest)).toEqual([...both(all), signed].toSorted());
    expect(await typesOf(image.digest)).toEqual([...both([PREDICATES.vuln]), signed].toSorted());
    const { good } = await readAttestations(store, image.repository, image.manifest, [key.publicKey]);
    expect(good.find(({ predicateType }) => predicateType === PREDICATES.cyclonedx)?.predicate).toMatchObject({
      bomFormat: "CycloneDX",
      components: expect.arrayContaining([expect.objectContaining({ name: "openssl" })]),
    });
    expect(await sign.run(voyage)).toMatchObject({ words: expect.stringContaining("0 new signatures, 0 new attestations") });
    expect(await typesOf(image.manifest)).toEqual([...both(all), signed].toSorted());
  });

  /** Another machine, which has the project and the registry and no advisories. */
  const elsewhere = async (
    voyage: Voyage,
    policy = "profile: production, require: {clean-context: off, non-root: off}",
  ): Promise<Voyage> => {
    const { voyage: other } = await startVoyage({
      files: { "compose.yaml": `services:\n  web: {build: .}\nx-seaworthy: {policy: {${policy}}}\n`, Dockerfile: "FROM scratch\n" },
    });
    const image = voyage.images.get("web");
    if (image === undefined) throw new Error("nothing was pushed");
    other.images.set("web", image);
    return { ...other, harbour: voyage.harbour, keys: { env: {}, publicPath: join(voyage.state.folder, "trust", "cosign.pub") } };
  };

  test("and is read where it is deployed: judged by the policy there", async () => {
    const good = await elsewhere(await pushedAndSigned(MENDED));
    await deploy.run(good);
    expect(scannedOf(good)).toMatchObject([
      {
        kind: "signature",
        verdict: { state: "proven" },
        because: expect.stringMatching(/0 known vulnerabilities in 1 package.*attested by/),
      },
    ]);
    // Where it was scanned the policy let it pass.
    const bad = await elsewhere(await pushedAndSigned(OLD, "profile: dev"));
    expect(await deploy.run(bad)).toMatchObject({
      state: "refused",
      problems: expect.arrayContaining([expect.stringMatching(/^scanned must be proven: .*CVE-2026-0001/)]),
    });
  });

  test("a registry that takes no attestations, or shows none, stands in nobody's way, and that is said", async () => {
    const voyage = await sailing(MENDED);
    await scan.run(voyage);
    await push.run(voyage);
    const refuse = (): Promise<never> => Promise.reject(new SeaworthyError("REGISTRY_REFUSED", "405 is what it says"));
    const notes: string[] = [];
    const deaf = {
      ...voyage,
      harbour: { ...voyage.harbour, client: { ...voyage.harbour.client, referrers: refuse } },
      progress: { ...voyage.progress, note: (words: string) => notes.push(words) },
    };
    expect(await sign.run(deaf)).toMatchObject({ state: "passed", words: expect.stringContaining("2 new signatures, 0 new attestations") });
    expect(notes).toEqual(["warning: no more is attested of web: 405 is what it says"]);
    const there = await elsewhere(voyage);
    await deploy.run({ ...there, harbour: deaf.harbour });
    expect(scannedOf(there)).toMatchObject([{ verdict: { state: "not-tried", reason: expect.stringContaining("cannot be read (405") } }]);
  });

  test("one that is too old, or by a key that nobody trusts here, counts for nothing", async () => {
    const voyage = await pushedAndSigned(MENDED);
    const late = await elsewhere(voyage);
    await late.clock.sleep(8 * 86_400_000);
    await deploy.run(late);
    expect(scannedOf(late)).toMatchObject([
      { verdict: { state: "not-tried", reason: expect.stringContaining("which is too old, and there are no advisories") } },
    ]);
    const stranger = await elsewhere(voyage);
    const { publicPath } = writeKeyPair(join(stranger.state.folder, "stranger"), generateKeyPair(""));
    await expect(deploy.run({ ...stranger, keys: { env: {}, publicPath } })).rejects.toMatchObject({ code: "NOT_SIGNED" });
  });

  test("advisories that are here come first where the image was read before", async () => {
    const voyage = await pushedAndSigned(OLD, "profile: dev");
    const again = { ...voyage, evidence: [], verified: [] };
    await deploy.run(again);
    expect(scannedOf(again)).toMatchObject([{ kind: "scan", verdict: { state: "disproved" } }]);
  });
});

test("before an approval: what the next image brings and takes away, where both were read here", async () => {
  const { voyage, deployed } = await startVoyage({
    files: { "compose.yaml": "services:\n  web: {build: .}\nx-seaworthy: {policy: {profile: dev}}\n", Dockerfile: "FROM scratch\n" },
  });
  await oneAdvisory(voyage.advisoryFolder);
  const next = async (version: string, more: Partial<Voyage> = {}): Promise<Voyage> => {
    const built = new Map([["web", await scannable(join(voyage.cacheFolder, version), "web", version)]]);
    const sailed: Voyage = { ...voyage, built, images: new Map(), evidence: [], verified: [], ...more };
    await scan.run(sailed);
    await push.run(sailed);
    if (!sailed.dryRun) await sign.run(sailed);
    await deploy.run(sailed);
    return sailed;
  };
  await next(OLD);
  const live = deployed[0]?.manifest;
  if (live === undefined) throw new Error("nothing was deployed");
  const releases = {
    ...voyage.releases,
    diff: (manifest: typeof live) => {
      const image = { from: digestOf("a"), to: digestOf("b") };
      const services = [{ service: "web", change: "changed", image, added: [], removed: [], changed: [] } as const];
      const { diff } = voyage.releases.diff(manifest);
      return { diff: { ...diff, services }, live };
    },
  };
  const { changes } = await next(MENDED, { dryRun: true, releases });
  expect(changes?.vulnerabilities.services).toEqual([
    { service: "web", appeared: [], gone: [{ id: "CVE-2026-0001", package: "openssl", version: OLD, severity: "high" }] },
  ]);
  // Nothing is said to be gone by advisories that nobody has.
  const { changes: unknown } = await next(MENDED, { dryRun: true, releases, advisoryFolder: "/nowhere" });
  expect(unknown?.vulnerabilities.services).toBeUndefined();
  expect(unknown?.vulnerabilities.unknown).toEqual([
    { service: "web", because: "there are no advisories in /nowhere", next: "seaworthy db update" },
  ]);

  const changesAfter = async (more: Partial<Voyage>) => {
    const inventories = join(voyage.state.folder, "inventories");
    rmSync(inventories, { recursive: true });
    const built = await scannable(join(voyage.cacheFolder, MENDED), "web", MENDED);
    const image = {
      repository: `${voyage.harbour.address}/shop/web`,
      digest: built.digest,
      manifest: built.platforms[0]?.manifest ?? built.digest,
    };
    await copyToRegistry(
      await openLayout(built.layoutFolder),
      built.digest,
      voyage.harbour.client,
      byTag(parseReference(image.repository), "1"),
      {
        tags: [],
        progress: voyage.progress,
      },
    );
    const services = live.services.map((one) => ({ ...one, image }));
    const { vulnerabilities } = await changesOf({ ...voyage, dryRun: true, releases, ...more }, { ...live, services }, []);
    mkdirSync(inventories, { recursive: true });
    return { ...vulnerabilities, image };
  };
  // What nobody read is read only where that is asked for.
  const { unknown: unread } = await changesAfter({});
  expect(unread).toEqual([{ service: "web", because: "the live image was not scanned here", next: "seaworthy deploy --dry-run --scan" }]);
  const { services: read } = await changesAfter({ readsForDiff: true });
  expect(read).toEqual([{ service: "web", appeared: [], gone: [expect.objectContaining({ id: "CVE-2026-0001", version: OLD })] }]);
  // What scans of both found is enough where neither is read.
  const known = {
    service: "web",
    digest: (await changesAfter({})).image.manifest,
    at: 0,
    advisories: { builtAt: 5, asOf: 5, stale: [] },
    judged: 1,
    vulnerabilities: [],
    verdict: judge({ subject: { names: [], digests: [] }, vulnerabilities: [], packages: [], judged: 1 }, DEFAULT_GATE, 0),
  };
  const { services: byResults } = await changesAfter({ known: [known], advisoryFolder: "/nowhere" });
  expect(byResults).toMatchObject([{ service: "web", appeared: [], gone: [{ id: "CVE-2026-0001", version: OLD }], by: { to: 5 } }]);
});

describe("what runs", () => {
  const inRegistry = async (voyage: Voyage, version: string) => {
    const image = await scannable(join(voyage.cacheFolder, version), "web", version);
    const repository = parseReference(`${voyage.harbour.address}/shop/web`);
    const options = { tags: [], progress: voyage.progress };
    await copyToRegistry(await openLayout(image.layoutFolder), image.digest, voyage.harbour.client, byTag(repository, "1"), options);
    return {
      repository: `${voyage.harbour.address}/shop/web`,
      digest: image.digest,
      manifest: image.platforms[0]?.manifest ?? image.digest,
    };
  };

  test("is scanned as it was released, by digest; once read it is looked up without its registry", async () => {
    const { voyage } = await startVoyage({
      files: { "compose.yaml": "services:\n  web: {image: nginx}\n  other: {image: nginx}\nx-seaworthy: {policy: {profile: dev}}\n" },
    });
    await oneAdvisory(voyage.advisoryFolder);
    const image = await inRegistry(voyage, OLD);
    const nginx = parseReference("nginx");
    const named = {
      service: "web",
      repository: nginx,
      digest: image.digest,
      manifest: image.manifest,
      platforms: [voyage.platform],
      ours: false,
    };
    const manifest = await releaseManifest(voyage, new Map([["web", named]]), "1.0.0");
    const services = manifest.services.map((service) => ({ ...service, image }));
    const live = { ...voyage, releases: { ...voyage.releases, live: () => ({ release: 4, manifest: { ...manifest, services } }) } };
    using advisories = openAdvisories(voyage.advisoryFolder, voyage);
    if (advisories === undefined) throw new Error("no advisories were made");
    const policy = gatePolicyOf(voyage.project);
    const scanned = await scanRunning(live, advisories, policy);
    expect(scanned).toMatchObject({
      release: 4,
      images: [{ subject: { service: "web", digest: image.manifest }, verdict: { passed: false } }],
      unread: [],
    });
    const away = {
      ...live,
      harbour: { ...live.harbour, client: { ...live.harbour.client, manifest: () => Promise.reject(new Error("away")) } },
    };
    expect((await scanRunning(away, advisories, policy)).images).toHaveLength(1);
    expect((await scanRunning(away, advisories, policy, ["other"])).images).toHaveLength(0);
  });

  test("is what the project names while nothing is live; what cannot be had is said", async () => {
    const { voyage } = await startVoyage({
      files: { "compose.yaml": "services:\n  web: {build: .}\n  db: {image: '127.0.0.1:1/no/db:1'}\n", Dockerfile: "FROM scratch\n" },
    });
    await oneAdvisory(voyage.advisoryFolder);
    using advisories = openAdvisories(voyage.advisoryFolder, voyage);
    if (advisories === undefined) throw new Error("no advisories were made");
    const client = createRegistryClient({ attempts: 1 });
    onTestFinished(() => client.close());
    const harbour = { ...voyage.harbour, client };
    expect(await scanRunning({ ...voyage, harbour }, advisories, gatePolicyOf(voyage.project))).toEqual({
      images: [],
      unread: [
        { service: "web", because: "the engine has no image shop-web" },
        { service: "db", because: expect.stringContaining("127.0.0.1:1/no/db:1") },
      ],
    });
  });
});
