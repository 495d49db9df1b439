import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { VerifiedDigest } from "../core/index.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { type PlanFile, readPlanFile, writePlanFile } from "./plan-file.ts";
import { createFleet, type Fleet, threeReplicas } from "./test-data/fleet.ts";

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sw-plan-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "release.plan");
};

const v1 = threeReplicas("1", {});
const v2 = threeReplicas("2", {});

/** v1 is live, and a plan for v2 was saved. */
const planned = async (): Promise<{ readonly fleet: Fleet; readonly path: string; readonly sealed: PlanFile }> => {
  const fleet = createFleet();
  await fleet.deploy(v1);
  using releases = fleet.open();
  const sealed = await releases.seal(v2);
  const path = scratch();
  writePlanFile(path, sealed);
  return { fleet, path, sealed };
};

const apply = async (fleet: Fleet, path: string, manifest: ReleaseManifest) => {
  using releases = fleet.open();
  const verified = manifest.services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest);
  return await releases.deploy(manifest, { why: "approved", verified, evidence: [], approved: readPlanFile(path) });
};

test("what was approved is done: the very steps of the file", async () => {
  const { fleet, path, sealed } = await planned();
  expect(statSync(path).mode & 0o777, "a plan has environments in it").toBe(0o600);
  expect(await apply(fleet, path, v2)).toMatchObject({ state: "live", release: 2 });
  using releases = fleet.open();
  expect(releases.journal.releases("shop")[0]?.plan).toEqual(sealed.plan);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ schema: "seaworthy/plan-file@1", who: "test@here", plan: { release: 2 } });
});

describe("the world moved: refused, nothing done, and it says what moved", () => {
  const moves: readonly (readonly [string, (fleet: Fleet) => Promise<unknown>, RegExp])[] = [
    ["another release came between", (fleet) => fleet.deploy(threeReplicas("3", {})), /next release was r2 and is r3/],
    ["a container was removed by hand", (fleet) => fleet.engine.containers.remove("shop-web-r1-2"), /^container shop-web-r1-2 is gone$/],
    [
      "a container stopped",
      async (fleet) => fleet.engine.exit("shop-web-r1-3", 1),
      /^container shop-web-r1-3 was running .* and is exited /,
    ],
    ["a volume was removed", (fleet) => fleet.engine.volumes.remove("shop_data"), /^volume shop_data is gone$/],
    [
      "somebody edited the proxy",
      (fleet) => fleet.proxy.updateServers("shop.web", (servers) => servers.slice(1)),
      /^shop\.web in the proxy was [0-9a-f]{12} and is [0-9a-f]{12}$/,
    ],
  ];
  test.each(moves)("%s", async (_, move, words) => {
    const { fleet, path } = await planned();
    await move(fleet);
    using releases = fleet.open();
    const before = { containers: await fleet.containers(), entries: releases.journal.entries("shop").length };
    await expect(apply(fleet, path, v2)).rejects.toMatchObject({
      code: "PLAN_OUT_OF_DATE",
      exit: 6,
      problems: expect.arrayContaining([expect.stringMatching(words)]),
    });
    expect({ containers: await fleet.containers(), entries: releases.journal.entries("shop").length }).toEqual(before);
  });
});

test("the same commit on another branch is the same; another commit, or changes in none, is not", async () => {
  const source = { commit: "a".repeat(40), branch: "main", dirty: false };
  const fleet = createFleet();
  await fleet.deploy(v1);
  const path = scratch();
  {
    using releases = fleet.open();
    writePlanFile(path, await releases.seal({ ...v2, source }));
  }
  const refused = (changes: Partial<typeof source>) => apply(fleet, path, { ...v2, source: { ...source, ...changes } });
  await expect(refused({ commit: "b".repeat(40) })).rejects.toMatchObject({
    problems: [expect.stringMatching(/^commit was a{40} and is b{40}$/)],
  });
  await expect(refused({ dirty: true })).rejects.toMatchObject({ problems: ["changes in no commit was false and is true"] });
  const { branch: _, ...detached } = source;
  expect(await apply(fleet, path, { ...v2, source: detached })).toMatchObject({ state: "live" });
});

test.each([
  [
    "image",
    { ...v2, services: v2.services.map((one) => ({ ...one, image: threeReplicas("3", {}).services[0]?.image ?? one.image })) },
    /^image of web was [0-9a-f]{12} and is/,
  ],
  ["setting", threeReplicas("2", { parallelism: 1 }), /^configuration of web was/],
  ["service", { ...v2, services: [...v2.services, ...threeReplicas("3", {}, { name: "api" }).services] }, /^image of api has come$/],
] as const)("another %s would be released: refused, and it says which", async (_, manifest, words) => {
  const { fleet, path } = await planned();
  await expect(apply(fleet, path, manifest)).rejects.toMatchObject({
    code: "PLAN_OUT_OF_DATE",
    message: expect.stringContaining("something else would be released"),
    problems: expect.arrayContaining([expect.stringMatching(words)]),
  });
});

test("a rollout that nobody finished stands against planning and against a plan", async () => {
  const { fleet, path } = await planned();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  void fleet.deploy(threeReplicas("3", {}), () => {
    reach();
    return new Promise(() => undefined);
  });
  await reached;
  await expect(apply(fleet, path, v2)).rejects.toMatchObject({
    code: "PLAN_OUT_OF_DATE",
    message: expect.stringContaining("r2 of shop is unfinished"),
  });
  using releases = fleet.open();
  await expect(releases.seal(v2)).rejects.toMatchObject({ code: "PLAN_OUT_OF_DATE" });
});

describe("the file is nobody's word", () => {
  const edited = async (edit: (file: PlanFile) => unknown) => {
    const made = await planned();
    writeFileSync(made.path, JSON.stringify(edit(made.sealed)));
    return made;
  };

  test("steps that were put into it are not done", async () => {
    const evil = { id: "web/evil", why: "x", action: { do: "remove-container" as const, name: "shop-web-r1-1" } };
    const { fleet, path } = await edited((file) => ({ ...file, plan: { ...file.plan, steps: [evil, ...file.plan.steps] } }));
    expect(await apply(fleet, path, v2)).toMatchObject({ state: "live" });
    using releases = fleet.open();
    expect(releases.journal.releases("shop")[0]?.plan.steps.map(({ id }) => id)).not.toContain("web/evil");
  });

  test("another digest of the plan is refused", async () => {
    const { fleet, path } = await edited((file) => ({ ...file, digest: file.manifest }));
    await expect(apply(fleet, path, v2)).rejects.toMatchObject({
      code: "PLAN_OUT_OF_DATE",
      message: expect.stringContaining("the steps differ"),
    });
  });

  test.each([
    ["no JSON", "{", "INPUT_INVALID"],
    ["no mapping", "[]", "INPUT_INVALID"],
    ["of another kind", JSON.stringify({ schema: "seaworthy/plan@1" }), "INPUT_INVALID"],
    ["without what is compared", JSON.stringify({ schema: "seaworthy/plan-file@1", project: "shop", digest: "sha256:0" }), "INPUT_INVALID"],
    ["too large", " ".repeat(33 * 1024 * 1024), "INPUT_TOO_LARGE"],
    [
      "with too many facts",
      JSON.stringify({
        schema: "seaworthy/plan-file@1",
        project: "shop",
        manifest: `sha256:${"0".repeat(64)}`,
        digest: `sha256:${"0".repeat(64)}`,
        parts: {},
        world: Object.fromEntries(Array.from({ length: 20_001 }, (_, at) => [String(at), ""])),
      }),
      "INPUT_INVALID",
    ],
  ])("%s: refused", (_, text, code) => {
    const path = scratch();
    writeFileSync(path, text);
    expect(() => readPlanFile(path)).toThrow(expect.objectContaining({ code }));
  });
  test("absent: refused", () => {
    expect(() => readPlanFile("/nonexistent/plan")).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
  });
});
