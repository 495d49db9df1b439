import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { type Flow, type KillTable, killTable, type Outcome, type Point } from "../support/e2e/kill-table.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, withStrategy } from "../support/e2e/shop.ts";
import { waiveShortMonitor } from "../support/e2e/short-monitor.ts";
import { expectNothingLost } from "../support/e2e/under-load.ts";
import { ALL } from "../support/extent.ts";

/**
 * Left out by default. SEAWORTHY_TESTS=all: every point of every strategy, half an hour on a quiet machine. SEAWORTHY_KILL_TABLE=short: one death of each step of
 * a strategy, of another kind in each strategy that has the step.
 */
const SHORT_ONE = process.env["SEAWORTHY_KILL_TABLE"] === "short";

interface Way {
  readonly name: string;
  readonly prepare: (folder: string) => void;
  readonly versions?: readonly { readonly version: string; readonly text: string }[];
  readonly flows: (shop: () => Installation) => readonly Flow[];
}

const override =
  (text: string) =>
  (folder: string): void =>
    writeFileSync(join(folder, "compose.override.yaml"), `services:\n  web:\n${text}`);

/** Of the replicas of one release, in the order in which they come up, only the first `good` become ready. */
const onlyFirst = (version: string, good: number): { readonly version: string; readonly text: string } => ({
  version,
  text: `import { request } from "node:http";
const nth = await new Promise((resolve) => {
  const asked = request({ host: "ledger", port: 4000, method: "POST", path: "/orders" }, (answer) => {
    let text = "";
    answer.on("data", (part) => (text += part)).on("end", () => resolve(JSON.parse(text).seen));
  });
  asked.end(JSON.stringify({ id: "boot " + ${JSON.stringify(version)} + " " + process.env.E2E_SEED }));
});
export const version = ${JSON.stringify(version)};
export const ready = nth <= ${good};
export const warmUpMs = 0;
`,
});

const DEPLOY = { args: ["deploy"], exit: 0 };
const SHORT = { E2E_READY: "1s" };
const seeded = async (nth: number) => ({ E2E_SEED: String(nth) });

const WAYS: readonly Way[] = [
  {
    name: "rolling, start-first",
    prepare: () => undefined,
    versions: [onlyFirst("3.0.0", 0)],
    flows: () => [
      { name: "a new release", commands: [DEPLOY] },
      { name: "rollback", target: (live) => live, commands: [{ args: ["rollback", "--why", "the table"], exit: 0 }] },
      { name: "one that never becomes ready", target: () => "3.0.0", commands: [{ ...DEPLOY, exit: 3, env: SHORT }] },
    ],
  },
  {
    name: "three replicas, two at a time",
    prepare: (folder) => {
      override(`    environment: { E2E_SEED: "\${E2E_SEED:-0}" }
    deploy:
      replicas: 3
      update_config: { parallelism: 2, monitor: 1s, failure_action: "\${E2E_ACTION:-rollback}", order: start-first }
      rollback_config: { parallelism: 2, monitor: 1s }
`)(folder);
      waiveShortMonitor(folder);
    },
    versions: [onlyFirst("3.0.0", 1), onlyFirst("4.0.0", 2)],
    flows: () => [
      { name: "a new release", replicas: 3, commands: [DEPLOY] },
      {
        name: "one whose second replica fails",
        replicas: 3,
        target: () => "3.0.0",
        before: seeded,
        commands: [{ ...DEPLOY, exit: 3, env: SHORT }],
      },
      {
        name: "one whose third replica fails, brought back by itself",
        replicas: 3,
        target: () => "4.0.0",
        before: seeded,
        commands: [{ ...DEPLOY, exit: 3, env: SHORT }],
      },
      {
        name: "one that waits after a failure, taken back",
        replicas: 3,
        broken: true,
        target: () => "3.0.0",
        before: seeded,
        commands: [
          { ...DEPLOY, exit: 5, env: { ...SHORT, E2E_ACTION: "pause" } },
          { args: ["abort"], exit: 0 },
        ],
      },
    ],
  },
  {
    name: "stop-first, with requests that wait",
    prepare: (folder) => {
      const path = join(folder, "compose.yaml");
      const text = readFileSync(path, "utf8").replace(
        "    build: { context: web }\n",
        '    build: { context: web }\n    volumes: ["stock:/stock"]\n',
      );
      writeFileSync(path, `${text}\nvolumes:\n  stock:\n`);
    },
    versions: [onlyFirst("3.0.0", 0)],
    flows: () => [
      { name: "a new release", commands: [DEPLOY] },
      { name: "one that never becomes ready", target: () => "3.0.0", commands: [{ ...DEPLOY, exit: 3, env: SHORT }] },
    ],
  },
  {
    name: "blue-green",
    prepare: withStrategy("strategy: blue-green, keepOld: 1s"),
    flows: () => [
      {
        name: "promoted",
        commands: [
          { ...DEPLOY, exit: 5 },
          { args: ["promote"], exit: 0 },
        ],
      },
      {
        name: "aborted",
        commands: [
          { ...DEPLOY, exit: 5 },
          { args: ["abort"], exit: 0 },
        ],
      },
    ],
  },
  {
    name: "canary",
    prepare: withStrategy(
      "strategy: canary, steps: [{weight: 10, analysis: {for: 1s, requests: 10, errors: 0.5, p95: 50}, pause: promote}, {weight: 50, pause: promote}]",
    ),
    flows: () => [
      {
        name: "promoted twice",
        commands: [
          { ...DEPLOY, exit: 5 },
          { args: ["promote"], exit: 5 },
          { args: ["promote"], exit: 0 },
        ],
      },
      {
        name: "aborted with half of the requests",
        commands: [
          { ...DEPLOY, exit: 5 },
          { args: ["promote"], exit: 5 },
          { args: ["abort"], exit: 0 },
        ],
      },
    ],
  },
  {
    name: "with jobs and a changed secret",
    prepare: (folder) => {
      override(`    environment: { MIGRATE_EXIT: "\${E2E_MIGRATE_EXIT:-0}" }
    secrets: [token]
    x-seaworthy:
      jobs:
        migrate: { command: [migrate.js], timeout: 10s }
        warm: { command: [migrate.js], when: after-traffic, timeout: 10s }
`)(folder);
      appendFileSync(
        join(folder, "compose.override.yaml"),
        "secrets:\n  token: { file: ../token }\nx-seaworthy:\n  release: { keep: 1 }\n",
      );
      writeFileSync(join(folder, "../token"), "token 0");
      writeFileSync(join(folder, "web", "migrate.js"), "setTimeout(() => process.exit(Number(process.env.MIGRATE_EXIT)), 200);\n");
      const dockerfile = join(folder, "web", "Dockerfile");
      writeFileSync(dockerfile, readFileSync(dockerfile, "utf8").replace("version.js ./", "version.js migrate.js ./"));
    },
    flows: (shop) => {
      const before = async (nth: number) => {
        writeFileSync(join(shop().projectFolder, "../token"), `token ${nth}`);
        return {};
      };
      return [
        { name: "a new release", before, commands: [DEPLOY] },
        { name: "one whose migration fails", before, commands: [{ ...DEPLOY, exit: 3, env: { E2E_MIGRATE_EXIT: "3" } }] },
      ];
    },
  },
];

/** Of a long table, the points from this one on, and no more once so many seconds have passed: it says where to go on. */
const FROM = Number(process.env["SEAWORTHY_KILL_FROM"] ?? 0);
const untilMs = performance.now() + Number(process.env["SEAWORTHY_KILL_SECONDS"] ?? 1_000_000) * 1000;
const seen = new Set<string>();

/** A step, however it is told of. */
const stepOf = ({ entry }: Point): string => entry.replace(/^(?:intent|done|undone) /, "").replace(/\/(?:\d+|\*)(?=$|\/)/g, "");

/** What the short table does of a flow: of each step one death, of a kind that no flow before had of that step. */
const chosen = (points: readonly Point[]): readonly Point[] => {
  if (ALL) return points;
  const sure = points.filter(({ moment }) => moment !== "amid");
  const kindOf = (point: Point): string => `${point.moment} ${point.entry.split(" ")[0]} ${stepOf(point)}`;
  return [...Map.groupBy(sure, (point) => `${point.command} ${stepOf(point)}`).values()].flatMap((deaths) => {
    const next = deaths.find((point) => !seen.has(kindOf(point)));
    if (next === undefined) return [];
    seen.add(kindOf(next));
    return [next];
  });
};

describe.runIf(ALL || SHORT_ONE).each(WAYS)("$name (SEAWORTHY_TESTS=all)", ({ prepare, versions = [], flows }) => {
  let shop: Installation;
  let table: KillTable;

  beforeAll(async () => {
    shop = await createShop({ prepare });
    table = killTable(shop);
    const good = async (args: readonly string[]): Promise<void> => {
      const result = await shop.seaworthy(args);
      expect(result.exit, result.said).toBe(0);
    };
    await good(["ship"]);
    await commitVersion(shop, { version: "2.0.0" });
    for (const { version, text } of [undefined, ...versions].map((one) => one ?? { version: "2.0.0", text: undefined })) {
      if (text !== undefined) await shop.commit({ "web/version.js": text }, `v${version}`);
      await good(["push"]);
      await good(["sign"]);
    }
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test.each(flows(() => shop))(
    "$name: killed at each step, the next one converges, nothing is lost, nothing is left over",
    { timeout: 3_000_000 },
    async (flow) => {
      const load = await observeLoad(shop, { connections: 16, ratePerSecond: 100, timeoutMs: 40_000 });
      const wrong: Outcome[] = [];
      let [points, died]: [readonly Point[], number] = [[], 0];
      try {
        points = chosen(await table.learn(flow));
        for (const [nth, point] of points.entries()) {
          if (nth < FROM) continue;
          if (performance.now() > untilMs) {
            console.log(`${flow.name}: go on with SEAWORTHY_KILL_FROM=${nth} of ${points.length}`);
            break;
          }
          died += 1;
          const outcome = await table.run(flow, point, nth, load);
          if (process.env["E2E_VERBOSE"] !== undefined)
            console.log(`${outcome.point}; then ${outcome.next}: ${outcome.became} ${outcome.wrong.join("\n  ")}`);
          if (outcome.wrong.length > 0) wrong.push(outcome);
          if (wrong.length > 4) break;
        }
      } finally {
        const observed = await load.stop();
        const { ledger } = observed;
        console.log(
          `${flow.name}: ${died} deaths, ${ledger.requests} requests, ${ledger.failed.total} failed, p99 ${ledger.latencyMs.p99} ms`,
        );
        expect(wrong).toEqual([]);
        await expectNothingLost(shop, observed);
      }
    },
  );
});
