import { expect, test } from "vitest";
import { runModel } from "./model.fixture.ts";
import { temporaryFolder } from "./registry.fixture.ts";

test("random operations at once for some seconds: every tag's history has an order that explains it, no image is ever half", async () => {
  const settings =
    'repositories: [{match: ["**"], retain: [{tags: ["pr-*"], keepLast: 1}]}]\ngc: {grace: 4h, delay: 10m}\ntrash: {keepFor: 30m}\n';
  // An hour is a second: a push that takes four has nothing to count on any more.
  const { wrong, counts, collected } = await runModel({
    folder: temporaryFolder(),
    seed: 7,
    forMs: 6000,
    clients: 6,
    faster: 3600,
    settings,
  });
  expect(wrong).toEqual([]);
  expect(counts["pushed"]).toBeGreaterThan(20);
  expect(counts["pulled"]).toBeGreaterThan(5);
  expect(counts["collected"]).toBeGreaterThan(2);
  expect(collected.manifests).toBeGreaterThanOrEqual(0);
}, 60_000);
