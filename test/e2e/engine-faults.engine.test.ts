import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, type FaultyEngine, startFaultyEngine } from "../support/e2e/faulty-engine.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { inTurn } from "../support/extent.ts";

let shop: Installation;
let engine: FaultyEngine;
const VERSIONS = ["1.0.0", "2.0.0"] as const;

beforeAll(async () => {
  shop = await createShop();
  engine = await startFaultyEngine(
    shop.place.dockerHost?.replace("unix://", "") ?? "/var/run/docker.sock",
    join(shop.scratch.folder, "faulty.sock"),
  );
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign"]) {
    const prepared = await shop.seaworthy([command]);
    expect(prepared.exit, prepared.said).toBe(0);
  }
});
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  await shop?.[Symbol.asyncDispose]();
});

interface Live {
  readonly release: number;
  readonly version: string;
}
const live = async (): Promise<Live> => ((await shop.json(["status"])) as { readonly live: Live }).live;

/** Deploys whichever version does not serve, through the faulty socket. */
const deployOther = async (serving: Live): ReturnType<Installation["seaworthy"]> => {
  await shop.git(["checkout", "-q", `v${VERSIONS.find((one) => one !== serving.version) ?? ""}`]);
  return shop.seaworthy(["deploy"], { env: { DOCKER_HOST: engine.dockerHost } });
};

/** So that the next deploy has to pull: what runs keeps its image. */
const forgetImages = async (): Promise<void> => {
  const ids = await shop.docker.lines(["images", "-q", `127.0.0.1:${shop.registryPort}/swe2e/web`]);
  const running = await shop.docker.lines(["ps", "--no-trunc", "--format", "{{.Image}}"]);
  for (const id of new Set(ids)) {
    const names = await shop.docker.lines(["inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", id]);
    if (!names.some((name) => running.includes(name))) await shop.docker.lines(["rmi", "-f", id]);
  }
};

/** Whatever happened to the call: a clear ending, the old or the new release serves whole, and the next command brings what was left to an end. */
const survives = async (kind: string, fault: Fault): Promise<void> => {
  const before = await live();
  // What is pulled anew is also kept by a name anew.
  if (kind.startsWith("POST /images/")) await forgetImages();
  engine.breakNext(kind, fault);
  const deployed = await deployOther(before);
  const what = `${fault} at ${kind}: exit ${deployed.exit}\n${deployed.said}`;
  expect(engine.broke, `${kind} was not called\n${deployed.said}`).toBe(true);
  engine.breakNext(undefined, fault);
  expect([0, 3, 7, 8], what).toContain(deployed.exit);
  expect(deployed.said, what).not.toContain("bug of ours");
  if (deployed.exit !== 0) expect(deployed.said, what).toMatch(/^ {2}-> ./m);
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect([0, 3], `${what}\nthen resumed: exit ${resumed.exit}\n${resumed.said}`).toContain(resumed.exit);
  const after = await live();
  if (deployed.exit === 0) expect(after.version, what).not.toBe(before.version);
  expect(after.version === before.version ? after.release : after.release > before.release, what).toBe(
    after.version === before.version ? before.release : true,
  );
  await expectWhole(shop, after);
};

test(
  "any one kind of call to the engine is refused, cut or loses its answer in a deploy, and no request is lost",
  async () => {
    await forgetImages();
    const quiet = await deployOther(await live());
    expect(quiet.exit, quiet.said).toBe(0);
    const kinds = [...engine.seen];
    expect(kinds.length).toBeGreaterThan(10);
    const cases = inTurn(kinds, ["refuse", "cut", "lose"] as const);
    const { requests } = await underLoad(
      shop,
      async () => {
        const wrong: unknown[] = [];
        for (const [kind, fault] of cases) await survives(kind, fault).catch((error: unknown) => wrong.push(error));
        expect(wrong).toEqual([]);
      },
      { ratePerSecond: 200 },
    );
    console.log(`${cases.length} faults in ${kinds.length} kinds of calls, ${requests} requests, none failed`);
  },
  15 * 60_000,
);
