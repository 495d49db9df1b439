import { expect, test } from "vitest";
import { createDockerEngine, createDockerInside } from "../engine/index.ts";
import { TRIALS, tryService, type TrialOutcome } from "./index.ts";
import { TRIAL_LABEL } from "./lab/names.ts";
import { nodeImage, serviceSubject } from "./subject.fixture.ts";
import type { Subject } from "./subject.ts";

const engine = createDockerEngine();
const inside = createDockerInside();
const { signal } = new AbortController();

/** Answers and ends well; `before` runs first. */
const server = (before = "", onRequest = ""): string => `const http = require("node:http"); const fs = require("node:fs"); ${before}
const server = http.createServer((request, response) => { request.resume(); request.on("end", () => { ${onRequest}; response.end("ok"); }); });
server.listen(3000);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); setInterval(() => server.closeAllConnections(), 50).unref(); });`;

const subjectOf = async (code: string, service: object = {}): Promise<Subject> =>
  serviceSubject(await nodeImage(engine), { command: ["-e", code], user: "0:0", init: true, ...service });

/** The outcomes of some experiments alone, by name; nothing of the lab is left. */
const tried = async (subject: Subject, ...ids: readonly string[]): Promise<Readonly<Record<string, TrialOutcome>>> => {
  const trials = TRIALS.filter(({ id }) => ids.includes(id));
  const { outcomes } = await tryService(subject, { engine, inside, level: "deep", signal, trials });
  const mine = outcomes.map(({ trial }) => trial.id);
  expect(mine.toSorted()).toEqual(ids.toSorted());
  return Object.fromEntries(outcomes.map((outcome) => [outcome.trial.id, outcome]));
};

const words = (outcome: TrialOutcome | undefined): string => `${outcome?.state}: ${outcome?.because}`;

/** One experiment on several containers beside each other, in labs of their own. @returns what was said of each */
const each = async (id: string, ...subjects: readonly Promise<Subject>[]): Promise<readonly string[]> =>
  Promise.all(subjects.map(async (subject) => words((await tried(await subject, id))[id])));

test("declared-volumes: what is written to a volume without a name is found, what is only there is not", async () => {
  const writes = "fs.appendFileSync('/data/orders', 'x')";
  const [lost, unused, named] = await each(
    "declared-volumes",
    subjectOf(server("", writes), { volumes: ["/data"] }),
    subjectOf(server(), { volumes: ["/data"] }),
    subjectOf(server("", writes), { volumes: ["kept:/data"] }),
  );
  expect(lost).toMatch(/^disproved: it wrote \/data\/orders, and the volume there has no name/);
  expect(unused).toMatch(/^proven: nothing was written to \/data/);
  expect(named).toMatch(/^not-tried: every volume of it has a name/);
});

test("least-capabilities: exactly those that it needs are found", async () => {
  const needsTwo = server(
    "fs.mkdirSync('/var/own', { recursive: true, mode: 0o700 }); fs.chownSync('/var/own', 1000, 1000); fs.writeFileSync('/var/own/x', 'x');",
  );
  const wrong = await tried(await subjectOf(needsTwo), "least-capabilities");
  expect(words(wrong["least-capabilities"])).toMatch(/^disproved: of the 14 capabilities that it is given it needs CHOWN, DAC_OVERRIDE$/);
  expect(wrong["least-capabilities"]?.proposals).toMatchObject([
    { path: ["cap_drop"], value: ["ALL"] },
    { path: ["cap_add"], value: ["CHOWN", "DAC_OVERRIDE"] },
  ]);
  const [right, none] = await each(
    "least-capabilities",
    subjectOf(needsTwo, { cap_drop: ["ALL"], cap_add: ["CHOWN", "DAC_OVERRIDE"] }),
    subjectOf(server(), { cap_drop: ["ALL"] }),
  );
  expect(right).toMatch(/^proven: it needs all that it is given, CHOWN, DAC_OVERRIDE/);
  expect(none).toMatch(/^not-tried: it is run without any capability/);
});

test("memory-squeeze: the least is found; a limit just above it, and a child killed unseen, are disproved", async () => {
  const ballast = "globalThis.kept = Buffer.alloc(100 * 1024 * 1024, 1);";
  const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(server(ballast))}], { stdio: "inherit" }); setInterval(() => {}, 1000);`;
  // What was killed is started anew, and takes longer to answer than anybody waits.
  const slow = `const { spawn } = require("node:child_process"); let first = true; const go = () => { const child = spawn(process.execPath, ["-e", ${JSON.stringify(`const wait = require("node:fs").existsSync("/second") ? 600000 : 0; require("node:fs").writeFileSync("/second", ""); setTimeout(() => { ${server(ballast)} }, wait);`)}], { stdio: "inherit" }); child.on("exit", go); }; go();`;
  const [right, tight, unseen, unlimited, restarted] = await each(
    "memory-squeeze",
    subjectOf(server(ballast), { mem_limit: "384m" }),
    subjectOf(server(ballast), { mem_limit: "128m" }),
    subjectOf(child, { mem_limit: "384m" }),
    subjectOf(server(), {}),
    subjectOf(slow, { mem_limit: "384m" }),
  );
  expect(restarted).toMatch(/^proven: it answers with .* part of it was killed for want of memory$/);
  expect(right).toMatch(/^proven: it answers with 1\d\d MB of the 403 MB that it may use; with \d+ MB it ended with 137/);
  expect(tight).toMatch(/^disproved: with .* of the 134 MB that it may use it ended with 137/);
  expect(unseen).toMatch(/^disproved: .* its first process lived on and nothing was answered; there is no health check to notice/);
  expect(unlimited).toMatch(/^disproved: it has no memory limit; it answers with \d/);
});

test("disk-growth, pids-peak, cpu-throttling: what grows, what has no limit, what is held back, and what is not", async () => {
  const busy = server(
    "fs.mkdirSync('/var/state', { recursive: true });",
    "fs.appendFileSync('/var/state/log', request.url); for (const until = Date.now() + 15; Date.now() < until;);",
  );
  const ids = ["disk-growth", "pids-peak", "cpu-throttling"];
  const [wrong, right] = await Promise.all([
    tried(await subjectOf(busy, { cpus: 0.1 }), ...ids),
    tried(await subjectOf(server(), { cpus: 1, pids_limit: 128 }), ...ids),
  ]);
  expect(words(wrong["disk-growth"])).toMatch(/^disproved: its own layer grew with every load/);
  expect(words(wrong["pids-peak"])).toMatch(/^disproved: it has no limit of processes, and used at most \d+$/);
  expect(wrong["pids-peak"]?.proposals).toMatchObject([{ path: ["deploy", "resources", "limits", "pids"], value: expect.any(Number) }]);
  expect(words(wrong["cpu-throttling"])).toMatch(/^disproved: with 0.1 processors it was held back in \d+ of \d+ periods/);
  expect(words(right["disk-growth"])).toMatch(/^proven: its own layer did not go on growing/);
  expect(words(right["pids-peak"])).toMatch(/^proven: it had at most \d+ processes and threads of the 128/);
  expect(words(right["cpu-throttling"])).toMatch(/^(?:proven: with 1 processors it was held back|not-tried: only \d+ requests)/);
});

const DATABASE = `require("node:net").createServer((peer) => { peer.on("error", () => {}); peer.on("data", () => peer.write("ok")); }).listen(5432);
process.on("SIGTERM", () => process.exit(0));`;

/** Asks its database for each answer; `patience`: what it does about one that does not answer. */
const client = (patience: string, host = "db", port = 5432): string =>
  server(
    "const net = require('node:net');",
    `const peer = net.connect(${port}, "${host}"); let told = false; const tell = (status) => { if (told) return; told = true; peer.destroy(); response.writeHead(status).end(); };
     peer.on("connect", () => peer.write("GET / HTTP/1.0\\r\\n\\r\\n")); peer.on("data", () => tell(200)); ${patience}; return`,
  );

const dependent = async (code: string): Promise<Subject> => {
  const subject = await subjectOf(code, {});
  const { spec } = await subjectOf(DATABASE, {});
  return { ...subject, dependencies: [{ name: "db", spec: { ...spec, expose: ["5432"] }, image: subject.image, until: "started" }] };
};

test("restart-loop: who comes up again, who does not, and who lives on without its program", async () => {
  const lock = server("fs.mkdirSync('/run', { recursive: true }); fs.writeFileSync('/run/web.pid', 'x', { flag: 'wx' });");
  const parent = (then: string): string =>
    `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(server())}], { stdio: "inherit" }).on("exit", () => { ${then} }); setInterval(() => {}, 1000);`;
  const [right, stale, unseen, asIfWell] = await each(
    "restart-loop",
    subjectOf(server()),
    subjectOf(lock),
    subjectOf(parent(""), { init: false }),
    subjectOf(parent("process.exit(0)"), { init: false, restart: "on-failure" }),
  );
  expect(right).toMatch(
    /^proven: killed and started again it was up after .*; when the process below its first one was killed it ended with 137$/,
  );
  expect(stale).toMatch(/^disproved: killed and started again, it ended with 1; it said last: .*web\.pid/);
  expect(unseen).toMatch(/^disproved: .*the first one lived on and did not serve within .*: what runs is not restarted$/);
  expect(asIfWell).toMatch(/^disproved: .*it ended with 0, which on-failure does not restart$/);
});

test("dependency-down: who outlives it, who ends with it, who waits for ever", async () => {
  // A dependency in between that ends without the database: the subject cannot serve again, and that is not its doing.
  const between = server(
    "let up = false; const go = () => require('node:net').connect(5432, 'db').on('connect', () => { up = true; }).on('error', () => {}).on('close', () => (up ? process.exit(1) : setTimeout(go, 100))); go();",
  );
  const chain = dependent(client("peer.on('error', () => tell(503))", "between", 3000)).then(async (subject): Promise<Subject> => {
    const { spec } = await subjectOf(between, {});
    return { ...subject, dependencies: [...subject.dependencies, { name: "between", spec, image: subject.image, until: "started" }] };
  });
  const [right, ends, waits, alone, chained] = await each(
    "dependency-down",
    dependent(client("peer.on('error', () => tell(503)); peer.setTimeout(500, () => tell(503))")),
    dependent(client("")),
    dependent(client("peer.on('error', () => tell(503))")),
    subjectOf(server()),
    chain,
  );
  expect(chained).toMatch(/^not-tried: without db, between ended, which it depends on as well$/);
  expect(right).toMatch(/^proven: without db, refused and kept waiting, it went on running and answering/);
  expect(ends).toMatch(/^disproved: without db it ended with 1; it said last: /);
  expect(waits).toMatch(/^disproved: with db silent GET \/ had no answer within 15 s$/);
  expect(alone).toMatch(/^not-tried: nothing that it depends on runs for real/);
});

test("nothing of any lab is left", async () => {
  expect(
    (await engine.containers.list({ [TRIAL_LABEL]: "" })).filter(({ labels }) =>
      labels["dev.seaworthy.trial.owner"]?.startsWith(`${process.pid}@`),
    ),
  ).toEqual([]);
});
