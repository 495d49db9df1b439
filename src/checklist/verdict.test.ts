import { describe, expect, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { type Evidence, EVIDENCE_KINDS, type EvidenceKind, formatSubject, type Subject, type VerdictState } from "./evidence.ts";
import { isItemId, type ItemId, itemOf, ITEMS } from "./items.ts";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";
import { gate, type ItemVerdict, judge } from "./verdict.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const web: Subject = { kind: "service", service: "web" };
const db: Subject = { kind: "service", service: "db" };

const evidence = (
  kind: EvidenceKind,
  state: "proven" | "disproved" | "not-tried",
  subject: Subject = web,
  item: ItemId = "non-root",
): Evidence => ({
  item,
  subject,
  kind,
  verdict: state === "not-tried" ? { state, reason: `${kind} was not there` } : { state },
  source: `${kind}/sample`,
  because: `${kind} ${state} ${formatSubject(subject)}`,
  at: NOW,
});

const verdict = (given: readonly Evidence[], policy: Policy = DEFAULT_POLICY, now = NOW, item: ItemId = "non-root"): ItemVerdict => {
  const found = judge(given, policy, now).find((one) => one.item === item);
  if (found === undefined) throw new Error(`no verdict of ${item}`);
  return found;
};
const state = (...given: readonly Evidence[]): VerdictState => verdict(given).verdict.state;

test("every item has one verdict, in the checklist's order, whatever was found out", () => {
  expect(judge([], DEFAULT_POLICY, NOW).map(({ item }) => item)).toEqual(ITEMS.map(({ id }) => id));
  expect(judge([evidence("static", "proven"), evidence("static", "proven", db)], DEFAULT_POLICY, NOW)).toHaveLength(ITEMS.length);
});

describe("of one subject", () => {
  test.each(EVIDENCE_KINDS.slice(1).map((stronger, index) => [EVIDENCE_KINDS[index] ?? stronger, stronger] as const))(
    "%s gives way to %s, for it and against it, in any order",
    (weaker, stronger) => {
      for (const [weak, strong] of [
        ["proven", "disproved"],
        ["disproved", "proven"],
      ] as const) {
        const given = [evidence(weaker, weak), evidence(stronger, strong)];
        expect(state(...given)).toBe(strong);
        expect(state(...given.toReversed())).toBe(strong);
      }
    },
  );

  test("within one kind a single disproof outweighs any number of proofs", () => {
    expect(state(evidence("trial", "proven"), evidence("trial", "disproved"), evidence("trial", "proven"))).toBe("disproved");
  });

  test("what was not tried decides nothing, however strong its kind", () => {
    expect(state(evidence("static", "disproved"), evidence("live", "not-tried"))).toBe("disproved");
    expect(state(evidence("live", "not-tried"), evidence("static", "proven"))).toBe("proven");
    expect(verdict([evidence("trial", "not-tried")]).verdict).toEqual({ state: "not-tried", reason: "trial was not there" });
  });

  test("a service and its image are one: a look at the image outweighs the file's word", () => {
    const image: Subject = { kind: "image", service: "web", digest: digestOf("web") };
    expect(state(evidence("static", "disproved"), evidence("image", "proven", image))).toBe("proven");
    expect(state(evidence("static", "proven"), evidence("image", "disproved", image))).toBe("disproved");
  });
});

describe("of several subjects", () => {
  test("one disproved by the weakest kind is enough, whatever the strongest proves of another", () => {
    expect(state(evidence("live", "proven", web), evidence("static", "disproved", db))).toBe("disproved");
    expect(state(evidence("static", "disproved", db), evidence("live", "proven", web))).toBe("disproved");
  });
  test("files, hosts and projects are subjects of their own", () => {
    const subjects: readonly Subject[] = [
      { kind: "file", path: "a" },
      { kind: "file", path: "b" },
      { kind: "host", host: "a" },
      { kind: "project", project: "a" },
    ];
    for (const bad of subjects)
      expect(
        state(
          ...subjects.map((subject) => evidence(subject === bad ? "static" : "live", subject === bad ? "disproved" : "proven", subject)),
        ),
      ).toBe("disproved");
  });
  test("a service named like a file is not the file", () => {
    expect(state(evidence("live", "proven", web), evidence("static", "disproved", { kind: "file", path: "web" }))).toBe("disproved");
  });
});

test("what decided stands first, everything else behind it, nothing is lost", () => {
  const given = [
    evidence("static", "proven"),
    evidence("trial", "not-tried"),
    evidence("static", "disproved", db),
    evidence("image", "proven"),
  ];
  const found = verdict(given);
  expect(found.evidence[0]).toBe(given[2]);
  expect(new Set(found.evidence)).toEqual(new Set(given));
});

describe("why nothing is known of an item names the evidence that could tell", () => {
  const reason = (item: ItemId, ...given: readonly Evidence[]): string => {
    const found = verdict(given, DEFAULT_POLICY, NOW, item).verdict;
    return found.state === "not-tried" ? found.reason : found.state;
  };
  test("when none of it has run", () => {
    expect(reason("restore-proven")).toBe("only a live reading can tell, and it has not run");
    expect(reason("logs-stdout")).toBe("only a trial or a live reading can tell, and neither has run");
    expect(reason("healthcheck")).toBe("only a rule, a trial or a live reading can tell, and none of them has run");
    expect(reason("provenance")).toBe("only a check of signatures can tell, and it has not run");
  });
  test("when some of it has run for other items", () => {
    expect(reason("observable", evidence("static", "proven"))).toBe(
      "a trial or a live reading could tell, and neither has run; what did run does not ask",
    );
  });
  test("when all of it has run for other items", () => {
    expect(reason("ci-pipeline", evidence("static", "proven"))).toBe("a rule could tell, but none of this version asks");
  });
  test("a kind that only said that it was not tried has not run", () => {
    expect(reason("logs-stdout", evidence("trial", "not-tried"))).toBe("only a trial or a live reading can tell, and neither has run");
  });
});

describe("a waiver", () => {
  const waived = (until: string, item: ItemId = "non-root"): Policy => ({
    ...DEFAULT_POLICY,
    waivers: [{ item, until, by: "ann@acme.example", why: "first month" }],
  });
  test("stands for a disproof and for what was not tried, by name, with its end", () => {
    for (const given of [[evidence("static", "disproved")], []])
      expect(verdict(given, waived("2026-12-01")).verdict).toEqual({
        state: "waived",
        by: "ann@acme.example",
        until: "2026-12-01",
        why: "first month",
      });
  });
  test("is not needed where the item is proven", () => {
    expect(verdict([evidence("static", "proven")], waived("2026-12-01")).verdict).toEqual({ state: "proven" });
  });
  test("of another item changes nothing", () => {
    expect(verdict([evidence("static", "disproved")], waived("2026-12-01", "clock")).verdict.state).toBe("disproved");
  });
  test.each([
    ["holds on the whole of its last day, in UTC", "2026-11-21T23:59:59.999Z", "waived"],
    ["is over with the next", "2026-11-22T00:00:00.000Z", "disproved"],
    ["holds over a leap day", "2026-11-21T00:00:00.000Z", "waived"],
  ])("%s", (_, now, expected) => {
    expect(verdict([evidence("static", "disproved")], waived("2026-11-21"), Date.parse(now)).verdict.state).toBe(expected);
  });
  test.each(["never", "", "2026-13-01"])("until %j never holds", (until) => {
    expect(verdict([evidence("static", "disproved")], waived(until)).verdict.state).toBe("disproved");
  });
  test("of several, one that is over hides none that holds", () => {
    const waivers = [...waived("2020-01-01").waivers, ...waived("2027-01-01").waivers];
    expect(verdict([evidence("static", "disproved")], { ...DEFAULT_POLICY, waivers }).verdict).toMatchObject({
      state: "waived",
      until: "2027-01-01",
    });
  });
  test("of one service lives with what is wrong there, and with nothing of another", () => {
    const ofWeb = waived("2026-12-01").waivers.map((one) => ({ ...one, service: "web" }));
    const policy = { ...DEFAULT_POLICY, waivers: ofWeb };
    const db: Subject = { kind: "service", service: "db" };
    expect(verdict([evidence("static", "disproved")], policy).verdict.state).toBe("waived");
    expect(verdict([evidence("static", "disproved"), evidence("static", "proven", db)], policy).verdict.state).toBe("waived");
    const both = verdict([evidence("static", "disproved"), evidence("static", "disproved", db)], policy);
    expect(both.verdict.state).toBe("disproved");
    expect(both.evidence[0]?.subject).toEqual(db);
    expect(verdict([evidence("static", "disproved", db)], policy).verdict.state).toBe("disproved");
    expect(verdict([evidence("static", "not-tried", db)], policy).verdict.state).toBe("not-tried");
    expect(verdict([evidence("static", "not-tried")], policy).verdict.state).toBe("waived");
    expect(verdict([evidence("static", "not-tried"), evidence("static", "not-tried", db)], policy).verdict.state).toBe("not-tried");
  });
  test("keeps the evidence it stands for", () => {
    const given = [evidence("static", "disproved")];
    expect(verdict(given, waived("2026-12-01")).evidence).toEqual(given);
  });
});

describe("the gate", () => {
  const passes = (policy: Partial<Policy>, given: readonly Evidence[], items: readonly ItemId[]): boolean => {
    const whole = { ...DEFAULT_POLICY, ...policy };
    return gate(judge(given, whole, NOW), whole, new Set(items)).passed;
  };
  const proven = [evidence("static", "proven")];
  const disproved = [evidence("static", "disproved")];

  test.each([
    ["dev", true, true, true],
    ["production", true, true, false],
    ["strict", true, false, false],
  ] as const)("%s: proven %s, not tried %s, disproved %s", (profile, onProven, onUntried, onDisproved) => {
    expect([proven, [], disproved].map((given) => passes({ profile }, given, ["non-root"]))).toEqual([onProven, onUntried, onDisproved]);
  });

  test("production wants signatures and scans proven, not merely undisproved", () => {
    for (const item of ["signed", "scanned"] as const) {
      expect(passes({}, [], [item])).toBe(false);
      expect(passes({}, [evidence("signature", "proven", web, item)], [item])).toBe(true);
    }
  });

  test("a requirement of one item outweighs the profile, both ways", () => {
    expect(passes({ require: { "non-root": "off" } }, disproved, ["non-root"])).toBe(true);
    expect(passes({ profile: "dev", require: { "non-root": "proven" } }, [], ["non-root"])).toBe(false);
    expect(passes({ profile: "strict", require: { "non-root": "not-disproved" } }, [], ["non-root"])).toBe(true);
    expect(passes({ require: { "non-root": "not-disproved" } }, disproved, ["non-root"])).toBe(false);
  });

  test("a waiver satisfies what is to be proven", () => {
    expect(
      passes({ profile: "strict", waivers: [{ item: "non-root", until: "2027-01-01", by: "a", why: "b" }] }, disproved, ["non-root"]),
    ).toBe(true);
  });

  test("only items that a stage answers for are asked; without a set, all", () => {
    const verdicts = judge(disproved, DEFAULT_POLICY, NOW);
    expect(gate(verdicts, DEFAULT_POLICY, new Set(["clock"]))).toEqual({ passed: true, refusals: [] });
    expect(gate(verdicts, DEFAULT_POLICY).refusals.map(({ item }) => item)).toEqual(["non-root", "scanned", "signed"]);
  });

  test("a refusal says what was wanted, what was found, and by what", () => {
    expect(gate(judge(disproved, DEFAULT_POLICY, NOW), DEFAULT_POLICY, new Set<ItemId>(["non-root"])).refusals).toEqual([
      { item: "non-root", requirement: "not-disproved", state: "disproved", verdict: { state: "disproved" }, evidence: disproved },
    ]);
  });
});

test("the checklist: ids are unique, each item has a kind of evidence, in the order of its strength", () => {
  expect(new Set(ITEMS.map(({ id }) => id)).size).toBe(ITEMS.length);
  for (const { id, evidence: kinds } of ITEMS) {
    expect(isItemId(id)).toBe(true);
    expect(itemOf(id).evidence.length).toBeGreaterThan(0);
    expect(kinds.toSorted((a, b) => EVIDENCE_KINDS.indexOf(a) - EVIDENCE_KINDS.indexOf(b))).toEqual(kinds);
  }
  expect(isItemId("constructor")).toBe(false);
});
