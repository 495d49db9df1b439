import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type FaultySockets, SOCKET_FAULTS, type SocketFault, startFaultySockets } from "../support/faulty-sockets.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, withStrategy } from "../support/e2e/shop.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { ALL, inTurn } from "../support/extent.ts";
import { verifyLedger } from "../support/load/client.ts";

const VERSIONS = ["1.0.0", "2.0.0"] as const;

interface Live {
  readonly release: number;
  readonly version: string;
}

interface Site {
  readonly shop: Installation;
  readonly sockets: FaultySockets;
  readonly live: () => Promise<Live>;
  /** Deploys whichever version does not serve, through the faulty sockets. */
  readonly deployOther: (serving: Live) => ReturnType<Installation["seaworthy"]>;
}

/** The shop with two versions ready to be deployed, and HAProxy running. */
const createSite = async (strategy?: string): Promise<Site> => {
  const shop = await createShop(strategy === undefined ? {} : { prepare: withStrategy(strategy) });
  onTestFinished(() => shop[Symbol.asyncDispose]());
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign"]) {
    const prepared = await shop.seaworthy([command]);
    expect(prepared.exit, prepared.said).toBe(0);
  }
  const [real, faulty] = [join(shop.scratch.state, "proxy/sockets"), join(shop.scratch.folder, "faulty-sockets")];
  const sockets = await startFaultySockets(real, faulty);
  // In a mount namespace of its own the deploy finds these sockets in the place of HAProxy's.
  const through = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"', faulty, real];
  onTestFinished(() => sockets[Symbol.asyncDispose]());
  return {
    shop,
    sockets,
    live: async () => ((await shop.json(["status"], 0)) as { readonly live: Live }).live,
    deployOther: async ({ version }) => {
      await shop.git(["checkout", "-q", `v${VERSIONS.find((one) => one !== version) ?? ""}`]);
      return shop.seaworthy(["deploy"], { through });
    },
  };
};

/** How a deploy ended whose command went wrong. */
type Ending = "went on" | "taken back" | "resumed";

/** Whatever became of the command: a clear ending, and the next command brings what was left to an end. */
const survives = async ({ shop, sockets, live, deployOther }: Site, before: Live, kind: string, fault: SocketFault): Promise<Ending> => {
  sockets.breakNext(kind, fault);
  const deployed = await deployOther(before);
  const { broke } = sockets;
  sockets.breakNext(undefined, fault);
  const what = `${fault} at ${kind}: exit ${deployed.exit}\n${deployed.said}`;
  expect(broke, `${kind} was not sent\n${deployed.said}`).toBe(true);
  expect([0, 3, 7], what).toContain(deployed.exit);
  expect(deployed.said, what).not.toContain("bug of ours");
  if (deployed.exit === 0) return "went on";
  expect(deployed.said, what).toMatch(/^ {2}-> ./m);
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect([0, 3], `${what}\nthen resumed: exit ${resumed.exit}\n${resumed.said}`).toContain(resumed.exit);
  return (await live()).version === before.version ? "taken back" : "resumed";
};

/** Every kind of command of a deploy that `chosen` lets through, with every fault, under strict load. */
const breakAll = async (site: Site, title: string, chosen: (kind: string) => boolean): Promise<void> => {
  const { shop, sockets, live, deployOther } = site;
  const quiet = await deployOther(await live());
  expect(quiet.exit, quiet.said).toBe(0);
  const kinds = [...sockets.seen].filter(chosen);
  expect(kinds.length).toBeGreaterThan(2);
  const load = await observeLoad(shop, { ratePerSecond: 200 });
  const wrong: unknown[] = [];
  const endings: Record<string, string> = {};
  for (const [kind, fault] of inTurn(kinds, SOCKET_FAULTS)) {
    const before = await live();
    endings[`${kind} / ${fault}`] = await survives(site, before, kind, fault).catch((error: unknown) => {
      wrong.push(error);
      return "wrong";
    });
  }
  const { ledger, probes } = await load.stop();
  console.log(
    `${title}: ${kinds.length} kinds of commands, ${Object.keys(endings).length} faults, ${ledger.requests + probes.length} requests\n${Object.entries(
      endings,
    )
      .map(([what, ending]) => `  ${what}: ${ending}`)
      .join("\n")}`,
  );
  expect(wrong).toEqual([]);
  expect(ledger.failed.total, JSON.stringify(ledger.failures)).toBe(0);
  expect(probes.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await verifyLedger(shop.url, ledger, { host: shop.host })).toMatchObject({ ok: true, inDoubt: [] });
};

const CHANGES = /^admin: (?:add|del|set|enable|shutdown)/;

describe("one command to HAProxy goes wrong in a deploy, and no request is lost", () => {
  test(
    "rolling: what changes something",
    async () => {
      const site = await createSite();
      await breakAll(site, "rolling, changes", (kind) => CHANGES.test(kind));
      await expectWhole(site.shop, await site.live());
    },
    20 * 60_000,
  );

  test.runIf(ALL)(
    "rolling: what asks",
    async () => {
      const site = await createSite();
      await breakAll(site, "rolling, questions", (kind) => !CHANGES.test(kind));
      await expectWhole(site.shop, await site.live());
    },
    20 * 60_000,
  );

  test.runIf(ALL)(
    "canary: what moves its share, and what is asked of both sides",
    async () => {
      const site = await createSite("strategy: canary, steps: [{ weight: 30, analysis: { for: 1s, requests: 10, errors: 1, p95: 1000 } }]");
      await breakAll(site, "canary", (kind) => /set map|show table|show stat|set weight/.test(kind));
    },
    20 * 60_000,
  );

  test.runIf(ALL)(
    "blue-green: what makes the place beside, and what switches over",
    async () => {
      const site = await createSite("strategy: blue-green, autoPromote: 1s");
      await breakAll(site, "blue-green", (kind) => /set map|add server|set weight|del server/.test(kind));
    },
    20 * 60_000,
  );
});
