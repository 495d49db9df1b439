import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, Installation, Result } from "../support/e2e/installation.ts";
import { createShop, get } from "../support/e2e/shop.ts";
import { containersOf } from "../support/e2e/whole.ts";

const LAYERS = resolve(import.meta.dirname, "../../node_modules/.cache/seaworthy-e2e/seaworthy/layers");
/** The agent looks every five seconds, and waits for one more look. */
const HANG_MS = 90_000;

let shop: Installation;
let cache = "";
const agents: Call[] = [];

const run = (args: readonly string[]): Promise<Result> => shop.seaworthy(args, { env: { XDG_CACHE_HOME: cache } });

const expectExit = async (args: readonly string[], exit: number): Promise<string> => {
  const result = await run(args);
  expect(result.exit, result.said).toBe(exit);
  return result.said;
};

const advisory = (id: string, ecosystem: string, name: string, fixed: string) => ({
  id,
  affected: [{ package: { ecosystem, name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }] }],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
});
/** Of a Node that nobody has, so that every image has something that can be judged. */
const HARMLESS = advisory("CVE-2026-0002", "Bitnami", "node", "0.1.0");
const PLANTED = advisory("CVE-2026-0001", "npm", "left", "1.0.1");
const LATER = advisory("CVE-2026-0003", "npm", "left", "1.0.2");

const buildAdvisories = async (records: readonly object[], ...to: readonly string[]): Promise<void> => {
  const path = join(shop.scratch.folder, "advisories.jsonl");
  writeFileSync(path, records.map((one) => JSON.stringify(one)).join("\n"));
  await expectExit(["db", "build", path, ...to], 0);
};

/** Made elsewhere and carried here, as into a closed network. */
const importAdvisories = async (records: readonly object[]): Promise<void> => {
  const [elsewhere, archive] = [join(shop.scratch.folder, "elsewhere"), join(shop.scratch.folder, "advisories.tar")];
  await buildAdvisories(records, "--db", elsewhere);
  await expectExit(["db", "export", archive, "--db", elsewhere], 0);
  await expectExit(["db", "import", archive], 0);
};

/** An agent, and what it says. */
const startAgent = () => {
  let said = "";
  const call = shop.call(["agent"], { env: { XDG_CACHE_HOME: cache } });
  agents.push(call);
  call.child.stderr?.on("data", (text: string) => (said += text));
  const hears = async (words: RegExp): Promise<void> => {
    for (const end = performance.now() + HANG_MS; performance.now() < end; await sleep(50)) if (words.test(said)) return;
    throw new Error(`it never said ${String(words)}, but:\n${said}`);
  };
  return { ...call, hears, said: () => said };
};

const childOf = (pid: number | undefined): number | undefined => {
  const found = Number(readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/children`, "utf8").split(" ")[0]);
  return found > 1 ? found : undefined;
};

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      mkdirSync(join(folder, "web/planted"), { recursive: true });
      writeFileSync(join(folder, "web/planted/package.json"), JSON.stringify({ name: "left", version: "1.0.0" }));
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
  await buildAdvisories([HARMLESS]);
  await expectExit(["ship"], 0);
});
afterAll(async () => {
  for (const { child, ended } of agents) {
    child.kill("SIGTERM");
    await ended;
  }
  await shop?.[Symbol.asyncDispose]();
});

test("what becomes known after the release is told by the agent and by status; killed in the middle it leaves nothing half-written; what runs goes on", async () => {
  expect(await expectExit(["status"], 0)).toMatch(
    /web {2}scanned \d+ s ago with advisories of \d{4}-\d\d-\d\d: 0 known, none that is refused\n/,
  );
  const before = await containersOf(shop);
  const first = startAgent();
  await first.hears(/watching/);
  await importAdvisories([HARMLESS, PLANTED]);
  await first.hears(
    /swe2e\/web 1 vulnerability of what runs newly known: CVE-2026-0001 \(high\) in left 1\.0\.0, fixed in 1\.0\.1; next: seaworthy scan web\n/,
  );
  await first.hears(/scanned again what runs: 2 images/);
  const said = await expectExit(["status"], 0);
  expect(said).toMatch(
    /web {2}scanned \d+ s ago with advisories of .*: 1 new high since its release; 1 known, 1 refused; next: seaworthy scan web\n/,
  );
  expect(said).toContain("    new: CVE-2026-0001 (high) in left 1.0.0, fixed in 1.0.1\n");
  expect(said).toMatch(/ledger {2}scanned \d+ s ago .*: 0 known, none that is refused\n/);
  const { stdout } = await run(["status", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    scans: {
      services: [
        { service: "web", scan: { by: "agent", passed: false, refused: 1, fresh: [{ id: "CVE-2026-0001" }] } },
        { service: "ledger" },
      ],
    },
  });

  // Everything is to be read anew, so that there is a round to be killed in.
  execFileSync("rm", ["-r", join(shop.scratch.state, "inventories"), join(cache, "seaworthy/layer-notes")]);
  await buildAdvisories([HARMLESS, PLANTED, LATER]);
  let child: number | undefined;
  for (const end = performance.now() + HANG_MS; child === undefined && performance.now() < end; await sleep(5))
    child = childOf(first.child.pid);
  expect(child).toBeDefined();
  first.child.kill("SIGKILL");
  await first.ended;
  const folder = join(shop.scratch.state, "scans/swe2e");
  for (const name of readdirSync(folder)) if (name.endsWith(".json")) JSON.parse(readFileSync(join(folder, name), "utf8"));
  expect((await expectExit(["status"], 0)).match(/scanned \d+ s ago/g)).toHaveLength(2);

  const second = startAgent();
  await second.hears(
    /swe2e\/web \d vulnerabilit\w+ of what runs (?:newly known|known since its release): .*CVE-2026-0003 \(high\) in left 1\.0\.0/,
  );
  expect(await expectExit(["status"], 0)).toMatch(/: 2 new high since its release; 2 known, 2 refused; next: seaworthy scan web\n/);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(await containersOf(shop)).toEqual(before);
  expect(await get(shop)).toMatchObject({ status: 200 });
});
