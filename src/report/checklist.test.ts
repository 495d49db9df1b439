import { expect, test } from "vitest";
import { DEFAULT_POLICY, type Evidence, gate, ITEMS, judge } from "../checklist/index.ts";
import { renderChecklist } from "./checklist.ts";
import { checklistDocument } from "./json.ts";

const NOW = Date.UTC(2026, 10, 21);

const evidence = (item: Evidence["item"], service: string, verdict: Evidence["verdict"], because: string): Evidence => ({
  item,
  subject: { kind: "service", service },
  kind: "static",
  verdict,
  source: "compose/sample",
  because,
  at: NOW,
});

const all = [
  evidence("read-only-rootfs", "web", { state: "proven" }, "web runs with a read-only root"),
  evidence("read-only-rootfs", "db", { state: "disproved" }, "db can write anywhere"),
  evidence("restart-policy", "web", { state: "proven" }, "restarted by the engine"),
  evidence("healthcheck", "web", { state: "not-tried", reason: "the image was not there" }, "the image was not there"),
];
const waivers = [{ item: "backups", until: "2027-03-01", by: "ann@acme.example", why: "first month" }] as const;
const verdicts = judge(all, { ...DEFAULT_POLICY, waivers }, NOW);

test("grouped, what stands in the way first, each with its words", () => {
  const text = renderChecklist(verdicts, { style: "plain" });
  expect([...text.matchAll(/^(\w[\w ]*) \(\d+\)$/gm)].map((match) => match[1])).toEqual(["Disproved", "Waived", "Not tried", "Proven"]);
  expect(text).toMatch(/^ {2}x read-only-rootfs +db can write anywhere$/m);
  expect(text).toMatch(/^ {2}~ backups +until 2027-03-01 by ann@acme\.example: first month$/m);
  expect(text).toMatch(/^ {2}\? healthcheck +the image was not there$/m);
  expect(text).toMatch(/^ {2}\? clock +only a trial or a live reading can tell, and neither has run$/m);
  expect(text).toMatch(/^ {2}\+ restart-policy +web: restarted by the engine$/m);
  expect(text).toMatch(new RegExp(`\n1 proven, 1 disproved, 1 waived, ${ITEMS.length - 3} not tried\n$`));
});

test("long words are wrapped under their column, and nothing foreign drives the terminal", () => {
  const long = judge([evidence("clock", "web", { state: "disproved" }, `web \u001b[2J${"word ".repeat(60)}`)], DEFAULT_POLICY, NOW);
  const lines = renderChecklist(long, { style: "plain", width: 80 }).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.join("")).not.toContain("\u001b");
});

test("as JSON: every item once, with the gate's answer", () => {
  const document = checklistDocument(verdicts, gate(verdicts, DEFAULT_POLICY));
  expect(document.schema).toBe("seaworthy/checklist@1");
  expect(document.items.map((one) => one.item)).toEqual(ITEMS.map((item) => item.id));
  expect(document.gate?.passed).toBe(false);
  expect(document.gate?.refusals.map((refusal) => refusal.item)).toEqual(["read-only-rootfs", "scanned", "signed"]);
  const parsed: unknown = JSON.parse(JSON.stringify(checklistDocument(verdicts)));
  expect(parsed).toMatchObject({
    counts: { proven: 1, disproved: 1, waived: 1 },
    items: expect.arrayContaining([expect.objectContaining({ item: "clock" })]),
  });
  expect(document.items.find((one) => one.item === "restart-policy")?.evidence[0]?.at).toBe("2026-11-21T00:00:00Z");
});
