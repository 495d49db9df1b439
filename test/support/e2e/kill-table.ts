import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DIE_AT } from "./dying.ts";
import { askProxy, viewProxy } from "./haproxy.ts";
import type { CallOptions, Installation } from "./installation.ts";
import { type Line, readJournal } from "./journal.ts";
import type { ObservedLoad } from "./observed-load.ts";
import { get } from "./shop.ts";
import { containersOf } from "./whole.ts";

type Environment = NonNullable<CallOptions["env"]>;

/** A command of a flow, and how it may end when nobody kills it. */
export interface Command {
  readonly args: readonly string[];
  readonly exit: number;
  readonly env?: Environment;
}

/** One way of releasing, as commands one after the other. */
export interface Flow {
  readonly name: string;
  /** Version that is checked out for it, told the one that is live. Default: the other one of 1.0.0 and 2.0.0. */
  readonly target?: (live: string) => string;
  readonly commands: readonly Command[];
  /** Replicas of the web service. Default 1. */
  readonly replicas?: number;
  /** Done before each case, outside of what is judged. */
  readonly before?: (nth: number) => Promise<Environment>;
  /** It waits because the new release is broken, and who promotes it has what is broken: nobody does. */
  readonly broken?: true;
  /** Whether requests may fail in it, because the new release itself loses them. */
  readonly lossy?: true;
}

/** A moment of a flow at which its process dies. */
export interface Point {
  readonly command: number;
  readonly moment: "before" | "after" | "amid";
  /** Of the entries that the command's process writes, from 1. */
  readonly nth: number;
  readonly ms: number;
  /** The entry, without the numbers that differ from one release to the next. */
  readonly entry: string;
}

/** What is done next by whoever finds the dead. */
const NEXT = ["resume", "again", "abort", "the other version", "reconcile", "promote"] as const;

const without = (step: string): string => step.replace(/\d+-\d+(?=$|\/)/g, "*");
const entryOf = ({ kind, step, outcome }: Line): string => `${kind} ${without(step ?? outcome ?? "")}`.trim();

/** Less than that between two entries, and there is no middle to die in. */
const AMID_MS = 12;

/**
 * Where a command's process can die, from the journal of a run in which it did not: after each entry that announces something, before each that tells
 * of something done, and in the middle of what takes its time. Steps that are done beside each other are begun in one transaction and ended in one: each of
 * them has one such moment.
 */
export const pointsOf = (command: number, lines: readonly Line[]): readonly Point[] =>
  lines.flatMap((line, at): readonly Point[] => {
    const here = { command, nth: at + 1, ms: 0, entry: entryOf(line) };
    const tells = line.kind === "done" || line.kind === "undone" || line.kind === "finished";
    const next = lines[at + 1];
    const begunTogether = line.kind === "intent" && next?.kind === "intent";
    const endedTogether = line.kind === "done" && lines[at - 1]?.kind === "done";
    const takesMs = line.kind === "done" || next === undefined ? 0 : next.at - line.at;
    return [
      ...(!endedTogether && (tells || line.kind !== "intent") ? [{ ...here, moment: "before" as const }] : []),
      ...(begunTogether || line.kind === "done" || line.kind === "undone" ? [] : [{ ...here, moment: "after" as const }]),
      ...(takesMs >= AMID_MS ? [{ ...here, moment: "amid" as const, ms: Math.round(takesMs / 2) }] : []),
    ];
  });

const nameOf = ({ command, moment, entry, ms }: Point, flow: Flow): string =>
  `${flow.commands[command]?.args.join(" ") ?? ""}, ${moment === "amid" ? `${ms} ms after` : moment} ${entry}`;

/** Everything that could be left over, in words without the numbers of releases. */
const leavings = async (shop: Installation): Promise<readonly string[]> => {
  const { docker, project, scratch } = shop;
  const label = ["--filter", `label=dev.seaworthy.project=${project}`, "--format", "{{.Name}}"];
  const files = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(scratch.folder.length + 1))
      // What is kept for a rollback grows with the releases.
      .filter((path) => !/^state\/(?:vault|registry|trust)\//.test(path) && !/-(?:wal|shm|journal)$/.test(path))
      // Who held a lock is a note for people, which counts only while the kernel holds the lock.
      .filter((path) => !path.endsWith(".holder"));
  const servers = (await askProxy(shop, "show servers state"))
    .split("\n")
    .filter((line) => line.includes(` ${project}.`))
    .map((line) => `server ${line.split(" ")[1] ?? ""}`);
  return [
    ...(await containersOf(shop)),
    ...(await docker.lines(["network", "ls", ...label])).map((name) => `network ${name}`),
    ...(await docker.lines(["volume", "ls", ...label])).map((name) => `volume ${name}`),
    ...files(scratch.state),
    // Two kept releases may share a secret.
    ...new Set(files(scratch.run).map((path) => path.replace(/[0-9a-f]{16,}/g, "hash"))),
    ...servers,
    ...readFileSync(join(scratch.state, "proxy/config/hold.map"), "utf8").split("\n").filter(Boolean),
  ]
    .map((line) => line.replace(/\br\d+-\d+\b/g, "r*").replace(/[0-9a-f]{16,}/g, "hash"))
    .toSorted();
};

/** How one case went; `wrong` is empty when all was as it should be. */
export interface Outcome {
  readonly point: string;
  readonly next: string;
  readonly became: "old" | "new" | "neither";
  readonly wrong: readonly string[];
}

export interface KillTable {
  /** Runs the flow without a death, and gives the points where it can die. @throws when it ends otherwise than it should */
  learn(flow: Flow): Promise<readonly Point[]>;
  /** Runs the flow up to the point, lets it die, does what `nth` chooses, and looks. */
  run(flow: Flow, point: Point, nth: number, load: ObservedLoad): Promise<Outcome>;
}

interface Status {
  readonly live?: { readonly version: string };
  readonly holders: Readonly<Record<string, unknown>>;
  readonly drift: readonly string[];
}

export const killTable = (shop: Installation): KillTable => {
  const statusOf = async (): Promise<{ readonly exit: number | undefined; readonly status: Status; readonly said: string }> => {
    const { exit, stdout, said } = await shop.seaworthy(["status", "--json"]);
    return { exit, status: JSON.parse(stdout) as Status, said };
  };
  const checkout = (version: string): Promise<string> => shop.git(["checkout", "-q", `v${version}`]);
  const other = (live: string): string => (live === "1.0.0" ? "2.0.0" : "1.0.0");
  /** How the newest release stands, by the journal alone: asking the product each time is most of what a case takes. */
  const standing = (): "ended" | "waits" | "unfinished" => {
    const lines = readJournal(shop.scratch.state);
    const newest = lines.findLast(({ kind }) => kind === "release")?.release;
    const own = lines.filter(({ release }) => release === newest);
    const ended = own.find(({ kind }) => kind === "finished")?.outcome;
    if (ended !== undefined) return ended === "failed" ? "unfinished" : "ended";
    const paused = own.findLast(({ kind }) => kind === "paused");
    const settled = own.some(({ kind, step, position }) =>
      paused === undefined
        ? false
        : (kind === "done" && step === paused.step) ||
          (/^(?:promoted|abort-requested|reverting)$/.test(kind) && position > paused.position),
    );
    return paused === undefined || settled || paused.step === "web/keep" ? "unfinished" : "waits";
  };
  let clean: readonly string[] = [];
  let cases = 0;
  let live = "1.0.0";

  const begin = async (flow: Flow): Promise<{ readonly target: string; readonly env: Environment }> => {
    cases += 1;
    const target = (flow.target ?? other)(live);
    await checkout(target);
    return { target, env: (await flow.before?.(cases)) ?? {} };
  };

  const written = (from: number): readonly Line[] => readJournal(shop.scratch.state).filter(({ position }) => position > from);
  const position = (): number => readJournal(shop.scratch.state).at(-1)?.position ?? 0;

  const learn = async (flow: Flow): Promise<readonly Point[]> => {
    const { env } = await begin(flow);
    const points: Point[] = [];
    for (const [at, { args, exit, env: own }] of flow.commands.entries()) {
      const from = position();
      const result = await shop.seaworthy(args, { env: { ...env, ...own } });
      if (result.exit !== exit) throw new Error(`${flow.name}: ${args.join(" ")} ended with ${result.exit}, not ${exit}\n${result.said}`);
      points.push(...pointsOf(at, written(from)));
    }
    live = (await statusOf()).status.live?.version ?? "";
    clean = await leavings(shop);
    return points;
  };

  /** What is done next, and with which exits it may end. */
  const nextOf = (
    choice: (typeof NEXT)[number],
    flow: Flow,
    { command }: Point,
    paused: boolean,
  ): Command & { readonly also: readonly number[] } => {
    const died = flow.commands[command] ?? { args: [], exit: 0 };
    const env = died.env === undefined ? {} : { env: died.env };
    switch (choice) {
      case "resume":
        return { args: ["deploy", "--resume"], exit: 0, also: [3, 5], ...env };
      case "again":
        return { ...died, also: [0, 2, 3, 5] };
      case "the other version":
        return { args: ["deploy"], exit: 0, also: [3, 5], ...env };
      // Nothing to be aborted, or nothing that still can be.
      case "abort":
        return { args: ["abort", "--why", "its actor died"], exit: 0, also: [2] };
      // It never touches what is unfinished.
      case "reconcile":
        return { args: ["reconcile"], exit: paused ? 5 : 4, also: [0] };
      case "promote":
        return { args: ["promote"], exit: 0, also: [2, 3, 5] };
    }
  };

  /** Until nothing is unfinished. @returns what went wrong */
  const converge = async (flow: Flow, nth: number, env: Environment): Promise<readonly string[]> => {
    const said: string[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      const now = standing();
      if (now === "ended") return [];
      const args =
        now === "unfinished"
          ? ["deploy", "--resume"]
          : nth % 2 === 0 && flow.broken !== true
            ? ["promote"]
            : ["abort", "--why", "the next one"];
      const result = await shop.seaworthy(args, { env });
      if (![0, 3, 5].includes(result.exit ?? -1)) return [`${args.join(" ")} ended with ${result.exit}: ${result.said}`];
      said.push(`${args.join(" ")}: ${result.exit}\n${result.said}`);
    }
    const { said: last } = await statusOf();
    return [`it never converged: ${last}\n${said.slice(-2).join("\n")}`];
  };

  const wrongNow = async (
    flow: Flow,
    versions: readonly string[],
  ): Promise<{ readonly version: string; readonly wrong: readonly string[] }> => {
    const { exit, status, said } = await statusOf();
    const version = status.live?.version ?? "none";
    const { replicas = 1 } = flow;
    const { servers } = await viewProxy(shop);
    const answers = await Promise.all(Array.from({ length: replicas * 2 }, () => get(shop).catch(() => ({ status: 0, version: "none" }))));
    const left = await leavings(shop);
    const differ = [
      ...left.filter((line) => !clean.includes(line)).map((line) => `+ ${line}`),
      ...clean.filter((line) => !left.includes(line)).map((line) => `- ${line}`),
    ];
    const webs = left.filter((line) => line.startsWith(`${shop.project}-web-`));
    return {
      version,
      wrong: [
        ...(exit === 0 ? [] : [`status ended with ${exit}: ${said}`]),
        ...(status.drift.length === 0 ? [] : status.drift),
        ...(Object.keys(status.holders).length === 0 ? [] : ["somebody is said to be at work"]),
        ...(versions.includes(version) ? [] : [`${version} is live`]),
        ...(answers.every((one) => one.status === 200 && one.version === version)
          ? []
          : [`it answers ${JSON.stringify(answers.map((one) => [one.status, one.version]))}`]),
        ...(isDeepStrictEqual(
          Object.values(servers),
          Array.from({ length: replicas }, () => 100),
        )
          ? []
          : [`servers ${JSON.stringify(servers)}`]),
        ...(webs.length === replicas ? [] : [`containers ${webs.join(", ")}`]),
        ...differ,
        ...(isDeepStrictEqual(left, clean) || differ.length > 0 ? [] : ["more of the same is left"]),
      ],
    };
  };

  const run = async (flow: Flow, point: Point, nth: number, load: ObservedLoad): Promise<Outcome> => {
    const failedBefore = await load.failures();
    const before = live;
    const { target, env } = await begin(flow);
    const wrong: string[] = [];
    for (const { args, exit, env: own } of flow.commands.slice(0, point.command)) {
      const result = await shop.seaworthy(args, { env: { ...env, ...own } });
      if (result.exit !== exit) wrong.push(`${args.join(" ")} ended with ${result.exit}, not ${exit}: ${result.said}`);
    }
    const dying = flow.commands[point.command];
    const from = position();
    const died = await shop.seaworthy(dying?.args ?? [], {
      env: { ...env, ...dying?.env, NODE_OPTIONS: DIE_AT, SEAWORTHY_TEST_DIE_AT: `${point.moment} ${point.nth} ${point.ms}` },
    });
    const last = written(from).map(entryOf);
    // In the middle of something it may be over sooner than it was.
    if (died.exit !== undefined && point.moment !== "amid") wrong.push(`it did not die, but ended with ${died.exit}: ${died.said}`);
    if (point.moment === "after" && last.at(-1) !== point.entry) wrong.push(`it died after "${last.at(-1)}"`);
    if (point.moment === "before" && last.length !== point.nth - 1) wrong.push(`it died after "${last.at(-1)}", entry ${last.length}`);
    const inTurn = NEXT[nth % NEXT.length] ?? "resume";
    const choice = inTurn === "promote" && flow.broken === true ? "abort" : inTurn;
    if (choice === "the other version") await checkout(other(target));
    const next = nextOf(choice, flow, point, standing() === "waits");
    const result = await shop.seaworthy(next.args, { env: { ...env, ...next.env } });
    if (![next.exit, ...next.also].includes(result.exit ?? -1))
      wrong.push(`${next.args.join(" ")} ended with ${result.exit}: ${result.said}`);
    wrong.push(...(await converge(flow, nth, env)));
    const now = await wrongNow(flow, ["1.0.0", "2.0.0"]);
    live = now.version;
    wrong.push(...now.wrong);
    const lost = (await load.failures()) - failedBefore;
    if (lost > 0 && flow.lossy !== true) wrong.push(`${lost} requests failed`);
    return {
      point: nameOf(point, flow),
      next: choice,
      became: now.version === before ? "old" : now.version === target ? "new" : "neither",
      wrong,
    };
  };

  return { learn, run };
};
