import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation, Result } from "../support/e2e/installation.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";

const LAYERS = resolve(import.meta.dirname, "../../node_modules/.cache/seaworthy-e2e/seaworthy/layers");

let shop: Installation;
let cache = "";

const run = (args: readonly string[]): Promise<Result> => shop.seaworthy(args, { env: { XDG_CACHE_HOME: cache } });

const expectExit = async (args: readonly string[], exit: number): Promise<string> => {
  const result = await run(args);
  expect(result.exit, result.said).toBe(exit);
  return result.said;
};

const json = async (args: readonly string[]): Promise<Record<string, unknown>> => {
  const { stdout, said, exit } = await run([...args, "--json"]);
  expect(exit, said).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const plant = (folder: string, version: string): void => {
  mkdirSync(join(folder, "web/planted"), { recursive: true });
  writeFileSync(join(folder, "web/planted/package.json"), JSON.stringify({ name: "left", version }));
};

/** One fault of the planted package, and one of a Node that nobody has, so that every image has something that can be judged. */
const ADVISORIES = [
  ["CVE-2026-0001", "npm", "left", "1.0.1"],
  ["CVE-2026-0002", "Bitnami", "node", "0.1.0"],
].map(([id, ecosystem, name, fixed]) => ({
  id,
  affected: [{ package: { ecosystem, name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }] }],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
}));

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      plant(folder, "1.0.0");
      appendFileSync(join(folder, "web/.dockerignore"), "!planted\n");
      const dockerfile = join(folder, "web/Dockerfile");
      const text = readFileSync(dockerfile, "utf8");
      writeFileSync(dockerfile, text.replace("COPY server.js", "COPY planted ./node_modules/left\nCOPY server.js"));
    },
  });
  // Advisories of its own; base layers that other tests have compressed.
  cache = join(shop.scratch.folder, "cache");
  mkdirSync(join(cache, "seaworthy"), { recursive: true });
  mkdirSync(LAYERS, { recursive: true });
  symlinkSync(LAYERS, join(cache, "seaworthy/layers"));
  const records = join(shop.scratch.folder, "advisories.jsonl");
  writeFileSync(records, ADVISORIES.map((one) => JSON.stringify(one)).join("\n"));
  await expectExit(["db", "build", records], 0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

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
  cache = join(shop.scratch.folder, "empty");
  expect(await expectExit(["deploy", "--dry-run"], 0)).toMatch(/web@sha256:\w+: 1 known vulnerability .* attested by/);
  cache = join(shop.scratch.folder, "cache");

  plant(shop.projectFolder, "1.0.1");
  await commitVersion(shop, { version: "1.1.0" });
  const { changes } = await json(["ship", "--dry-run"]);
  expect(changes).toMatchObject({
    vulnerabilities: {
      services: [{ service: "web", appeared: [], gone: [{ id: "CVE-2026-0001", package: "left", version: "1.0.0", severity: "high" }] }],
    },
  });
});
