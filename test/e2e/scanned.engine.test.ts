import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { createScannedShop, HARMLESS, plant, PLANTED, type ScannedShop } from "../support/e2e/scanned-shop.ts";
import { commitVersion, get } from "../support/e2e/shop.ts";

let scanned: ScannedShop;
let shop: Installation;

const expectExit = (args: readonly string[], exit: number, cache?: string): Promise<string> => scanned.expectExit(args, exit, cache);

const json = async (args: readonly string[]): Promise<Record<string, unknown>> => {
  const { stdout, said, exit } = await scanned.run([...args, "--json"]);
  expect(exit, said).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

beforeAll(async () => {
  scanned = await createScannedShop([PLANTED, HARMLESS]);
  ({ shop } = scanned);
});
afterAll(() => scanned?.[Symbol.asyncDispose]());

test("a planted fault stops the ship; waived it sails, with proof beside the image; mended, the approval says so", async () => {
  const said = await expectExit(["ship"], 1);
  expect(said).toMatch(/✗ scan +web: 1 known vulnerability in \d+ packages?, 1 refused/);
  expect(said).toContain("web: CVE-2026-0001 (high) in left 1.0.0, fixed in 1.0.1");
  expect(said).not.toMatch(/ push /);
  await expect(get(shop)).rejects.toThrow();

  const compose = join(shop.projectFolder, "compose.yaml");
  const waiver = "  scan: { waive: [{ id: CVE-2026-0001, package: left, reason: nobody calls it, until: 2099-12-31 }] }\n";
  const text = readFileSync(compose, "utf8");
  await shop.commit({ "compose.yaml": text.replace("x-seaworthy:\n", `x-seaworthy:\n${waiver}`) }, "v1.0.1");
  const shipped = await expectExit(["ship"], 0);
  expect(shipped).toMatch(/✓ scan +web: 1 known vulnerability in \d+ packages?, 1 of them excused, none that is refused/);
  expect(shipped).toMatch(/✓ sign .*new attestations/);
  expect(await get(shop)).toMatchObject({ status: 200 });
  const checked = await json(["checklist"]);
  expect(JSON.stringify(checked)).toContain("none that is refused");

  const verified = await expectExit(["verify", "--scanned-within", "1d"], 0);
  expect(verified).toMatch(/scanned .*\n +1 known vulnerability in \d+ packages?, 1 of them excused/);
  expect(await expectExit(["verify", "--scanned-within", "0s"], 1)).toContain("which is too old");
  // What ship attested is what attest would say.
  expect(await expectExit(["attest"], 0)).toMatch(/^already .*web@sha256:\w+\n +cyclonedx, spdx, vuln$/m);
  // Whoever has no advisories deploys by what was attested.
  expect(await expectExit(["deploy", "--dry-run"], 0, join(shop.scratch.folder, "empty"))).toMatch(
    /web@sha256:\w+: 1 known vulnerability .* attested by/,
  );

  plant(shop.projectFolder, "1.0.1");
  await commitVersion(shop, { version: "1.1.0" });
  const { changes } = await json(["ship", "--dry-run"]);
  expect(changes).toMatchObject({
    vulnerabilities: {
      services: [{ service: "web", appeared: [], gone: [{ id: "CVE-2026-0001", package: "left", version: "1.0.0", severity: "high" }] }],
    },
  });
});
