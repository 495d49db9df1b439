import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, Installation } from "../support/e2e/installation.ts";
import { advisory, createScannedShop, HARMLESS, PLANTED, type ScannedShop } from "../support/e2e/scanned-shop.ts";
import { get } from "../support/e2e/shop.ts";
import { containersOf } from "../support/e2e/whole.ts";

/** The agent looks every five seconds, and waits for one more look. */
const HANG_MS = 90_000;
const LATER = advisory("CVE-2026-0003", "npm", "left", "1.0.2");

let scanned: ScannedShop;
let shop: Installation;
const agents: Call[] = [];

const expectExit = (args: readonly string[], exit: number): Promise<string> => scanned.expectExit(args, exit);

/** Made elsewhere and carried here, as into a closed network. */
const importAdvisories = async (records: readonly object[]): Promise<void> => {
  const [elsewhere, archive] = [join(shop.scratch.folder, "elsewhere"), join(shop.scratch.folder, "advisories.tar")];
  await scanned.buildAdvisories(records, "--db", elsewhere);
  await expectExit(["db", "export", archive, "--db", elsewhere], 0);
  await expectExit(["db", "import", archive], 0);
};

/** An agent, and what it says. */
const startAgent = () => {
  let said = "";
  const call = scanned.call(["agent"]);
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
  scanned = await createScannedShop([HARMLESS]);
  ({ shop } = scanned);
  await expectExit(["ship"], 0);
});
afterAll(async () => {
  for (const { child, ended } of agents) {
    child.kill("SIGTERM");
    await ended;
  }
  await scanned?.[Symbol.asyncDispose]();
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
  await first.hears(/swe2e\/web its image was let through before, and is refused now; next: seaworthy scan web\n/);
  await first.hears(/scanned again what runs: 2 images/);
  const said = await expectExit(["status"], 0);
  expect(said).toMatch(
    /web {2}scanned \d+ s ago with advisories of .*: 1 new high since its release; 1 known, 1 refused; next: seaworthy scan web\n/,
  );
  expect(said).toContain("    new: CVE-2026-0001 (high) in left 1.0.0, fixed in 1.0.1\n");
  expect(said).toMatch(/ledger {2}scanned \d+ s ago .*: 0 known, none that is refused\n/);
  const { stdout } = await scanned.run(["status", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    scans: {
      services: [
        { service: "web", scan: { by: "agent", passed: false, refused: 1, fresh: [{ id: "CVE-2026-0001" }] } },
        { service: "ledger" },
      ],
    },
  });

  // The checklist goes by the newest look, and says that the ship's was another.
  expect((await expectExit(["checklist"], 1)).replaceAll(/\s+/g, " ")).toMatch(
    /x scanned web@sha256:\w+: 1 known in \d+ packages?, 1 refused: CVE-2026-0001 \(high\) in left 1\.0\.0, fixed in 1\.0\.1; scanned \S+ by the agent, advisories of \S+; when it was shipped, \S+, it was let through/,
  );

  // Everything is to be read anew, so that there is a round to be killed in.
  execFileSync("rm", ["-r", join(shop.scratch.state, "inventories"), join(scanned.cache, "seaworthy/layer-notes")]);
  await scanned.buildAdvisories([HARMLESS, PLANTED, LATER]);
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
