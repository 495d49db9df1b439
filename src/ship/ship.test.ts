import { describe, expect, test } from "vitest";
import type { Evidence, ItemId } from "../checklist/index.ts";
import { ship } from "./ship.ts";
import { gateOn } from "./gate.ts";
import { STAGES } from "./stages.ts";
import { startVoyage } from "./test-data/voyage.ts";
import { type Stage, STAGE_NAMES, type StageResult } from "./voyage.ts";

const PLAIN = { files: { "compose.yaml": "services:\n  web: {image: nginx}\n" } };
const evidence = (item: ItemId, state: "proven" | "disproved"): Evidence => ({
  item,
  subject: { kind: "service", service: "web" },
  kind: "static",
  verdict: { state },
  source: "test",
  because: `web ${state}`,
  at: 0,
});

test("the way to production has every stage once, in order", () => {
  expect(STAGES.map(({ name }) => name)).toEqual([...STAGE_NAMES]);
});

describe("a voyage", () => {
  const passed: StageResult = { state: "passed", words: "fine" };
  const refused: StageResult = { state: "refused", words: "no", problems: ["a", "b"], exit: 3, hint: "Mend it." };
  const untried: StageResult = { state: "not-tried", reason: "nobody looked" };
  const way = (...results: readonly StageResult[]): { readonly stages: readonly Stage[]; readonly went: string[] } => {
    const went: string[] = [];
    const stages = results.map((result, index): Stage => {
      const name = STAGE_NAMES[index] ?? "deploy";
      return {
        name,
        brief: "",
        run: async (voyage) => {
          went.push(name);
          await voyage.clock.sleep(1500);
          voyage.evidence.push(evidence("non-root", "proven"));
          return result;
        },
      };
    });
    return { stages, went };
  };

  test("goes through all stages, and an untried one stops nothing", async () => {
    const { voyage } = await startVoyage(PLAIN);
    const { stages, went } = way(passed, untried, passed);
    const told: string[] = [];
    const report = await ship(voyage, ({ stage, state, seconds }) => told.push(`${stage} ${state} ${seconds}`), stages);
    expect([went, report.exit, report.refusedBy]).toEqual([["check", "build", "test"], 0, undefined]);
    expect(told).toEqual(["check passed 1.5", "build not-tried 1.5", "test passed 1.5"]);
    expect(report.stages.map(({ state }) => state)).toEqual(["passed", "not-tried", "passed"]);
  });

  test("stops at the first stage that refuses, with its exit status; what was found out stays", async () => {
    const { voyage } = await startVoyage(PLAIN);
    const { stages, went } = way(passed, refused, passed);
    const report = await ship(voyage, undefined, stages);
    expect([went, report.exit, report.refusedBy]).toEqual([["check", "build"], 3, "build"]);
    expect(report.stages.at(-1)).toMatchObject({ problems: ["a", "b"], hint: "Mend it." });
    expect(report.checklist.find(({ item }) => item === "non-root")?.verdict.state).toBe("proven");
  });

  test("that cannot be done at all throws, and no later stage runs", async () => {
    const { voyage } = await startVoyage(PLAIN);
    const { stages, went } = way(passed, passed, passed);
    const broken: Stage = { name: "build", brief: "", run: () => Promise.reject(new Error("the engine is away")) };
    await expect(ship(voyage, undefined, [...stages.slice(0, 1), broken, ...stages.slice(2)])).rejects.toThrow("the engine is away");
    expect(went).toEqual(["check"]);
  });

  test("that is interrupted begins no further stage", async () => {
    const { voyage } = await startVoyage(PLAIN);
    const controller = new AbortController();
    const { stages, went } = way(passed, passed);
    const stop = (): void => controller.abort(new Error("enough"));
    await expect(ship({ ...voyage, signal: controller.signal }, stop, stages)).rejects.toThrow("enough");
    expect(went).toEqual(["check"]);
  });

  test("that ended live is judged by the server's own evidence", async () => {
    const { voyage } = await startVoyage(PLAIN);
    const { stages } = way(passed);
    const live = { ...voyage, outcome: { state: "live", release: 1, reports: [], seconds: 1 } as const };
    const report = await ship(
      { ...live, releases: { ...voyage.releases, evidence: async () => [evidence("clock", "disproved")] } },
      undefined,
      stages,
    );
    expect(report.checklist.find(({ item }) => item === "clock")?.verdict.state).toBe("disproved");
  });
});

describe("a stage's gate", () => {
  const gate = async (policy: string, given: readonly Evidence[], items: readonly ItemId[], on: "disproof" | "all" = "all") => {
    const { voyage } = await startVoyage({ files: { "compose.yaml": `services:\n  web: {image: nginx}\nx-seaworthy: {${policy}}\n` } });
    voyage.evidence.push(...given);
    return gateOn(voyage, new Set(items), on);
  };
  test("lets through what nothing stands against, and says nothing", async () => {
    expect(await gate("", [evidence("non-root", "proven")], ["non-root"])).toBeUndefined();
  });
  test("refuses with each item, who it is about and why", async () => {
    expect(await gate("", [evidence("non-root", "disproved"), evidence("clock", "disproved")], ["non-root", "clock"])).toEqual({
      state: "refused",
      words: "2 items of the checklist stand against it",
      problems: ["non-root must be free of disproof: web: web disproved", "clock must be free of disproof: web: web disproved"],
      exit: 1,
      hint: expect.stringContaining("x-seaworthy.waive"),
    });
  });
  test("tells all that stands against an item, once, and how much more there is", async () => {
    const many = Array.from({ length: 6 }, (_, index) => ({ ...evidence("non-root", "disproved"), because: `reason ${index}` }));
    expect((await gate("", [...many, ...many], ["non-root"]))?.problems).toEqual([
      "non-root must be free of disproof: web: reason 0; web: reason 1; web: reason 2; web: reason 3; and 2 more",
    ]);
  });
  test("does not ask for what its stage does not answer for", async () => {
    expect(await gate("", [evidence("clock", "disproved")], ["non-root"])).toBeUndefined();
  });
  test("under strict says of what was not tried who could have told", async () => {
    expect((await gate("policy: {profile: strict}", [], ["clock"]))?.problems).toEqual([
      "clock must be proven: only a trial or a live reading can tell, and neither has run",
    ]);
    // While later stages may still prove it, it is not held against it.
    expect(await gate("policy: {profile: strict}", [], ["clock"], "disproof")).toBeUndefined();
  });
  test("is opened by a waiver, and by the profile dev", async () => {
    const given = [evidence("non-root", "disproved")];
    expect(await gate("waive: [{item: non-root, until: 2999-01-01, by: ann, why: soon}]", given, ["non-root"])).toBeUndefined();
    expect(await gate("policy: {profile: dev}", given, ["non-root"])).toBeUndefined();
  });
});
