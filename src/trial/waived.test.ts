import { expect, test } from "vitest";
import type { ItemId, Waiver } from "../checklist/index.ts";
import { parseDigest } from "../core/index.ts";
import { TRIALS } from "./catalogue.ts";
import { waivedBy } from "./waived.ts";

const NOW = Date.UTC(2026, 10, 21);
const waiver = (item: ItemId, more: Partial<Waiver> = {}): Waiver => ({ item, until: "2027-01-01", by: "ann", why: "for now", ...more });
const trialOf = (id: string) => {
  const trial = TRIALS.find((one) => one.id === id);
  if (trial === undefined) throw new Error(`there is no trial ${id}`);
  return trial;
};
const SUBJECT = { subject: { service: "db", image: parseDigest(`sha256:${"0".repeat(64)}`) } };
const DISPROVED = { trial: trialOf("logs"), state: "disproved" } as const;

test("what was disproved of a service is lived with by a waiver of the item, the service's or the project's", () => {
  for (const given of [waiver("logs-stdout"), waiver("logs-stdout", { service: "db" })])
    expect(waivedBy(DISPROVED, SUBJECT, [given], NOW)).toBe(given);
});

test.each([
  ["another service's", waiver("logs-stdout", { service: "web" })],
  ["another item's", waiver("log-rotation")],
  ["one that is over", waiver("logs-stdout", { until: "2026-11-20" })],
])("%s waiver is none", (_, given) => {
  expect(waivedBy(DISPROVED, SUBJECT, [given], NOW)).toBeUndefined();
});

test("every item of the experiment has to be waived", () => {
  const trial = TRIALS.find(({ items }) => items.length > 1);
  if (trial === undefined) throw new Error("no trial is about two items");
  const waivers = trial.items.map((item) => waiver(item));
  expect(waivedBy({ trial, state: "disproved" }, SUBJECT, waivers.slice(1), NOW)).toBeUndefined();
  expect(waivedBy({ trial, state: "disproved" }, SUBJECT, waivers, NOW)).toBe(waivers[0]);
});

test("what is proven or was not tried needs no waiver, and an image by itself belongs to no project", () => {
  const waivers = [waiver("logs-stdout")];
  expect(waivedBy({ ...DISPROVED, state: "proven" }, SUBJECT, waivers, NOW)).toBeUndefined();
  expect(waivedBy({ ...DISPROVED, state: "not-tried" }, SUBJECT, waivers, NOW)).toBeUndefined();
  expect(waivedBy(DISPROVED, { subject: { ...SUBJECT.subject, reference: "db:1" } }, waivers, NOW)).toBeUndefined();
});
