/** The soak's actor, in the network of the soak's engine: see ../long/soak.ts, which starts it. Prints a JSON line a round. */
import { Agent, request } from "node:http";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openStateFolder, parseDigest, parseReference, silentProgress } from "../../src/core/index.ts";
import { createDockerEngine } from "../../src/engine/index.ts";
import { loadProject } from "../../src/project/index.ts";
import { createProxy } from "../../src/proxy/index.ts";
import { openReleases } from "../../src/release/index.ts";
import { startRegistry } from "../../src/registry/index.ts";
import { projectContents } from "../../src/ship/index.ts";
import { releaseManifest } from "../../src/ship/manifest.ts";
import { dockerAt } from "../../test/support/e2e/docker.ts";
import { askProxy } from "../../test/support/e2e/haproxy.ts";
import { takeTurn } from "./turns.ts";

/** After a round; memory in MiB, times in milliseconds. */
export interface Round {
  readonly round: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly descriptors: number;
  readonly proxyMb: number;
  readonly proxyDescriptors: number;
  /** Of one service, the median of the round's rollouts. */
  readonly rolloutMs: number;
  readonly statusMs: number;
  /** Of a release, entries and all, since the round before. */
  readonly journalKbEach: number;
  readonly journalMb: number;
  readonly stateFiles: number;
  readonly asked: number;
  readonly wrong: readonly string[];
}

const PROJECTS = Number(process.env["PROJECTS"]) || 10;
const SERVICES = Number(process.env["SERVICES"]) || 10;
const ROUNDS = Number(process.env["ROUNDS"]) || 10;
const PORT = 8080;
const [, , folder = "", image = ""] = process.argv;
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
const nameOf = (project: number): string => `soak${project}`;
const hostOf = (project: number, service: number): string => `s${service}.${nameOf(project)}.localhost`;

const composeOf = (project: number, reference: string): string => `
name: ${nameOf(project)}
x-seaworthy: { proxy: { http: ${PORT} } }
services:
${numbers(SERVICES)
  .map(
    (service) => `
  s${service}:
    image: ${reference}
    command: [sh, -c, "echo \${SOAK_ROUND} > /tmp/index.html; exec httpd -f -p 8000 -h /tmp"]
    init: true
    read_only: true
    tmpfs: ["/tmp:size=1m"]
    stop_grace_period: 5s
    x-seaworthy:
      route: { hosts: [${hostOf(project, service)}], port: 8000, ready: / }
      release: { drain: 5s, ready: 30s }`,
  )
  .join("\n")}
`;

const state = openStateFolder();
const engine = createDockerEngine();
const docker = dockerAt({ dockerHost: process.env["DOCKER_HOST"] ?? "" });
const { platform } = await engine.system.info();

/** An image needs a digest, and gets one by being pushed. */
const pushed = async (): Promise<string> => {
  const registry = await startRegistry({
    dataFolder: join(folder, "registry"),
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
  });
  try {
    const name = `${registry.address}/soak/tiny`;
    await docker.run(["tag", image, `${name}:1`]);
    await docker.run(["push", `${name}:1`]);
    const [digest = ""] = (await docker.run(["inspect", "--format", '{{join .RepoDigests "\\n"}}', `${name}:1`]))
      .split("\n")
      .filter((one) => one.startsWith(`${name}@`));
    return digest;
  } finally {
    await registry.close();
  }
};

const reference = await pushed();
const digest = parseDigest(reference.slice(reference.indexOf("@") + 1));
for (const project of numbers(PROJECTS)) {
  mkdirSync(join(folder, nameOf(project)));
  writeFileSync(join(folder, nameOf(project), "compose.yaml"), composeOf(project, reference));
}
const proxy = createProxy({ engine, state, httpPort: PORT });
using releases = openReleases({ engine, proxy, state, who: "soak@here" });

const manifestOf = async (project: number, round: number) => {
  const loaded = await loadProject({ folder: join(folder, nameOf(project)), env: { SOAK_ROUND: String(round) }, git: false });
  const images = new Map(
    loaded.services.map(({ name }) => [
      name,
      { service: name, repository: parseReference(reference), digest, manifest: digest, platforms: [platform], ours: false },
    ]),
  );
  return releaseManifest(
    { project: loaded, contents: projectContents(loaded, new AbortController().signal), state },
    images,
    `1.0.${round}`,
  );
};

const median = (values: readonly number[]): number => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
const megabytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;
const filesBelow = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;
/** What SQLite has not yet moved from its log into the database is moved first, so that it is counted once. */
const journalBytes = (): number => {
  const path = join(state.folder, "journal.sqlite");
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  database.close();
  return statSync(path).size;
};

/** Asks one host after the other, on kept connections and without a second try, while a round goes on. */
const startAsking = (): { stop(): Promise<{ readonly asked: number; readonly failed: readonly string[] }> } => {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const hosts = numbers(PROJECTS).flatMap((project) => numbers(SERVICES).map((service) => hostOf(project, service)));
  const failed: string[] = [];
  let asked = 0;
  const over = new AbortController();
  const ask = (host: string): Promise<void> =>
    new Promise((resolve) => {
      asked += 1;
      const end = (why?: string): void => {
        if (why !== undefined) failed.push(`${host}: ${why}`);
        resolve();
      };
      const call = request({ host: "127.0.0.1", port: PORT, agent, headers: { host }, timeout: 10_000 }, (response) => {
        response.resume();
        response
          .on("error", (error) => end(error.message))
          .on("end", () => end(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      });
      call.on("timeout", () => call.destroy(new Error("no answer within 10 s"))).on("error", (error) => end(error.message));
      call.end();
    });
  const asking = numbers(4).map(async (first) => {
    for (let at = first; !over.signal.aborted; at += 4) {
      await ask(hosts[at % hosts.length] ?? "");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  return {
    stop: async () => {
      over.abort();
      await Promise.all(asking);
      agent.destroy();
      return { asked, failed };
    },
  };
};

/** HAProxy's worker as the host sees it: the child of the container's first process. */
const proxyWorker = async (): Promise<number> => {
  const master = await docker.run(["inspect", "--format", "{{.State.Pid}}", "seaworthy-proxy"]);
  const children = readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim().split(" ");
  return Number(children.at(-1));
};

const residentMb = (pid: number | "self"): number =>
  megabytes(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024);
const descriptorsOf = (pid: number | "self"): number => readdirSync(`/proc/${pid}/fd`).length;

/** What is not as it should be after a round. */
const findings = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  const [head = "", ...lines] = (await askProxy({ scratch: { state: state.folder } }, "show stat")).trim().split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const rows = lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [columns[index] ?? "", value])));
  const servers = rows.filter(({ svname }) => svname !== "FRONTEND" && svname !== "BACKEND");
  if (servers.length !== PROJECTS * SERVICES) found.push(`HAProxy has ${servers.length} servers, not ${PROJECTS * SERVICES}`);
  for (const { pxname, svname, status, check_status: check, weight } of servers)
    // A star marks a check that is under way, before the result of the last one.
    if (status !== "UP" || check?.replace(/^\* /, "") !== "L7OK" || weight !== "100")
      found.push(`${pxname}/${svname} is ${status}, ${check}, weight ${weight}`);
  const containers = await docker.lines(["ps", "-a", "--format", "{{.Names}} {{.State}}"]);
  const wanted = PROJECTS * SERVICES + 1;
  if (containers.length !== wanted) found.push(`${containers.length} containers, not ${wanted}`);
  for (const one of containers) if (!one.endsWith(" running")) found.push(one);
  const networks = (await docker.lines(["network", "ls", "--format", "{{.Name}}"])).filter((name) => name.startsWith("soak"));
  if (networks.length !== PROJECTS) found.push(`${networks.length} networks, not ${PROJECTS}`);
  const { workers, oldWorkers } = await proxy.processes();
  if (workers.length !== 1 || oldWorkers.length > 0) found.push(`HAProxy has ${workers.length} workers and ${oldWorkers.length} old ones`);
  return found;
};

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());

let journalBefore = 0;
using turn = await takeTurn();
for (const round of [0, ...numbers(ROUNDS)]) {
  if (interrupted.signal.aborted) break;
  const asking = round === 0 ? undefined : startAsking();
  const rollouts: number[] = [];
  for (const project of numbers(PROJECTS)) {
    const begun = performance.now();
    const outcome = await releases.deploy(await manifestOf(project, round), {
      why: `round ${round}`,
      verified: [],
      evidence: [],
      progress: silentProgress,
    });
    if (outcome.state !== "live") throw outcome.because;
    rollouts.push((performance.now() - begun) / SERVICES);
    process.stderr.write(`round ${round}, ${nameOf(project)}: ${outcome.seconds} s\n`);
    await turn.pass();
  }
  const { asked = 0, failed = [] } = (await asking?.stop()) ?? {};
  const statusBegun = performance.now();
  const status = await releases.status(nameOf(1));
  const statusMs = Math.round(performance.now() - statusBegun);
  globalThis.gc?.();
  const worker = await proxyWorker();
  const journal = journalBytes();
  const measured: Round = {
    round,
    rssMb: residentMb("self"),
    heapMb: megabytes(process.memoryUsage().heapUsed),
    descriptors: descriptorsOf("self"),
    proxyMb: residentMb(worker),
    proxyDescriptors: descriptorsOf(worker),
    rolloutMs: median(rollouts),
    statusMs,
    journalKbEach: Math.round((journal - journalBefore) / 1024 / PROJECTS),
    journalMb: megabytes(journal),
    stateFiles: filesBelow(state.folder),
    asked,
    wrong: [...(await findings()), ...failed, ...status.drift],
  };
  journalBefore = journal;
  console.log(JSON.stringify(measured));
  process.stderr.write(`${JSON.stringify(measured)}\n`);
}
