import { expect, test } from "vitest";
import { createDockerEngine, createDockerInside } from "../engine/index.ts";
import { TRIALS, tryService } from "./index.ts";
import { nodeImage, serviceSubject } from "./subject.fixture.ts";
import type { Subject } from "./subject.ts";

const engine = createDockerEngine();
const inside = createDockerInside();
const { signal } = new AbortController();

/** Answers what `onRequest` leaves and ends well; `before` runs first, `listen` starts it. */
const server = ({
  before = "",
  onRequest = "",
  listen = "server.listen(3000);",
  stop = "server.close(() => process.exit(0)); setInterval(() => server.closeAllConnections(), 50).unref();",
} = {}): string =>
  `const http = require("node:http"); const fs = require("node:fs"); ${before}
const server = http.createServer((request, response) => { ${onRequest}; if (!response.writableEnded) response.end("ok"); });
${listen} process.on("SIGTERM", () => { ${stop} });`;

const subjectOf = async (code: string, service: object = {}, more: Partial<Subject> = {}): Promise<Subject> => ({
  ...(await serviceSubject(await nodeImage(engine), { command: ["-e", code], user: "65532:65532", init: true, ...service })),
  ...more,
});

/** One experiment on several containers beside each other, in labs of their own. @returns what was said of each */
const each = async (id: string, ...subjects: readonly Promise<Subject>[]): Promise<readonly string[]> =>
  Promise.all(
    subjects.map(async (subject) => {
      const trials = TRIALS.filter((trial) => trial.id === id);
      const [outcome] = (await tryService(await subject, { engine, inside, level: "deep", signal, trials })).outcomes;
      return `${outcome?.state}: ${outcome?.because}`;
    }),
  );

test("log-limits: the engine's own default keeps all; a size, or a driver that keeps a part, does not", async () => {
  const [none, sized, local] = await each(
    "log-limits",
    subjectOf(server({ onRequest: "console.log(request.url)" })),
    subjectOf(server(), { logging: { driver: "json-file", options: { "max-size": "5m", "max-file": "2" } } }),
    subjectOf(server(), { logging: { driver: "local" } }),
  );
  // A machine whose engine has limits by default keeps them.
  expect(none).toMatch(/^disproved: json-file keeps all of it, without max-size; it logs \d.* for 1,000 requests$/);
  expect(sized).toMatch(/^proven: json-file keeps 2 files of 5m; it logs 0 B/);
  expect(local).toMatch(/^proven: local keeps a bounded part/);
});

test("logs-complete: a buffer that is thrown away at the stop, one that is written then, and none", async () => {
  const buffered =
    "let kept = ''; const say = (line) => { kept += line + '\\n'; if (kept.length > 8192) { fs.writeSync(1, kept); kept = ''; } };";
  const [lost, flushed, plain, silent] = await each(
    "logs-complete",
    subjectOf(server({ before: buffered, onRequest: "say('asked for ' + request.url)" })),
    subjectOf(server({ before: buffered, onRequest: "say('asked for ' + request.url)", stop: "fs.writeSync(1, kept); process.exit(0);" })),
    subjectOf(server({ onRequest: "console.log(request.url)" })),
    subjectOf(server()),
  );
  expect(lost).toMatch(/^disproved: of \d+ requests right before the stop the last \d+ are not in its log$/);
  expect(flushed).toMatch(/^proven: each of \d+ requests right before the stop is in its log$/);
  expect(plain).toMatch(/^proven: /);
  expect(silent).toMatch(/^not-tried: nothing that it logs names a request$/);
});

test("secret-leaks: in the log, in a command line, in an answer, and nowhere", async () => {
  const given = { environment: { DATABASE_URL: "postgres://shop:hunter2-real@db:5432/shop" } };
  const child = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", process.env.DATABASE_URL]);`;
  const [logged, shown, answered, kept, none] = await each(
    "secret-leaks",
    subjectOf(server({ before: "console.log('connecting to', process.env.DATABASE_URL);" }), given),
    subjectOf(server({ before: child }), given),
    subjectOf(server({ onRequest: "response.end(JSON.stringify(process.env))" }), given),
    subjectOf(server({ onRequest: "console.log(request.url)" }), given),
    subjectOf(server()),
  );
  expect(logged).toMatch(/^disproved: one of the 1 credentials that it is given is in 1 of \d+ lines of its log$/);
  expect(shown).toMatch(/^disproved: .* is in the command line of \S+$/);
  expect(answered).toMatch(/^disproved: .* is in its answer to GET \/$/);
  expect(kept).toMatch(/^proven: none of the 1 credentials/);
  expect(none).toMatch(/^not-tried: it is given no credentials/);
});

test("early-readiness: ready before the rest is served, and ready with it", async () => {
  const late = (ready: string): string =>
    server({
      before: "let up = false; setTimeout(() => { up = true; }, 1500);",
      onRequest: `if (request.url === "/ready") response.writeHead(${ready}).end(); else response.writeHead(up ? 200 : 503).end()`,
    });
  const more = { ready: { port: 3000, path: "/ready" }, requests: [{ method: "GET", path: "/orders", port: 3000, expect: 200 }] };
  const [early, right, alone] = await each(
    "early-readiness",
    subjectOf(late("200"), {}, more),
    subjectOf(late("up ? 200 : 503"), {}, more),
    subjectOf(server()),
  );
  expect(early).toMatch(
    /^disproved: GET \/ready on port 3000 said ready after \d+ ms, when GET \/orders on port 3000 answered 503 instead of 200; /,
  );
  expect(right).toMatch(/^proven: GET \/ready on port 3000 said ready after \d+ ms, and all was answered$/);
  expect(alone).toMatch(/^not-tried: nothing says that it is ready/);
});

test("without-network: who starts, who ends and says why, who ends without a word, who hangs", async () => {
  const needs = (otherwise: string): string =>
    server({
      listen: `if (Object.values(require("node:os").networkInterfaces()).flat().some((one) => !one.internal)) server.listen(3000); else { ${otherwise} }`,
    });
  const [starts, says, silent, hangs] = await each(
    "without-network",
    subjectOf(server()),
    subjectOf(needs("console.error('no network to listen on'); process.exit(1)")),
    subjectOf(needs("process.exit(1)")),
    subjectOf(needs("setInterval(() => {}, 1000)")),
  );
  expect(starts).toMatch(/^proven: without a network it was up after \d+ ms$/);
  expect(says).toMatch(/^proven: without a network it ended with 1; it said last: no network to listen on$/);
  expect(silent).toMatch(/^disproved: without a network it ended with 1, and said nothing$/);
  expect(hangs).toMatch(/^disproved: without a network it neither came up nor ended: /);
});

test("egress: what is reached for by name and by address, held against what the service says", async () => {
  const calls = `const net = require("node:net"); const quiet = (socket) => socket.on("error", () => {});
    setInterval(() => { quiet(net.connect(443, "api.stripe.com")); quiet(net.connect(9, "203.0.113.7")); }, 300);`;
  const [undeclared, declared, unsaid, none] = await each(
    "egress",
    subjectOf(server({ before: calls }), {}, { egress: ["203.0.113.7"] }),
    subjectOf(server({ before: calls }), {}, { egress: ["*.stripe.com:443", "203.0.113.7:9"] }),
    subjectOf(server({ before: calls })),
    subjectOf(server()),
  );
  expect(undeclared).toBe("disproved: it reached for api.stripe.com:443, which x-seaworthy.trial.egress does not name");
  expect(declared).toBe("proven: it reached for 203.0.113.7:9, api.stripe.com:443, as it says");
  expect(unsaid).toMatch(/^not-tried: it reached for 203\.0\.113\.7:9, api\.stripe\.com:443; x-seaworthy\.trial\.egress does not say/);
  expect(none).toMatch(/^proven: from its start through \d+ requests it reached for nothing outside$/);
});

test("a dependency whose image the engine does not have is a stub that takes connections, one after the other", async () => {
  const twice = `const net = require("node:net"); const go = (left) => net.connect(5432, "db").on("error", () => setTimeout(go, 100, left)).on("connect", function () { this.destroy(); if (left > 1) go(left - 1); else server.listen(3000); }); go(2);`;
  const subject = await subjectOf(server({ listen: twice }));
  const { spec } = await subjectOf("", { expose: ["5432"] });
  const trials = TRIALS.filter(({ id }) => id === "listening-ports");
  const { outcomes, differences } = await tryService(
    { ...subject, dependencies: [{ name: "db", spec, until: "started" }] },
    { engine, inside, level: "quick", signal, trials },
  );
  expect(outcomes.map(({ state }) => state)).toEqual(["proven"]);
  expect(differences).toEqual(["db was a stub that takes connections and answers nothing"]);
});
