import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-trial-fix-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seaworthy = (...args: readonly string[]) =>
  spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, SEAWORTHY_STATE: join(folder, "state"), XDG_CACHE_HOME: join(folder, "cache") },
  });

/** A service that does everything right, in a file that asks for none of it. */
const COMPOSE = `# the shop
services:
  web: # answers
    image: seaworthy/nodejs:24
    user: "65532:65532"
    command:
      - -e
      - |
        const server = require("node:http").createServer((request, response) => {
          console.log(JSON.stringify({ time: new Date().toISOString(), path: request.url })); response.end("ok"); });
        server.listen(3000);
        process.on("SIGTERM", () => { server.close(() => process.exit(0)); setInterval(() => server.closeIdleConnections(), 50).unref(); });
    expose: ["3000"]
    healthcheck: {test: [CMD, /nodejs/bin/node, -e, "fetch('http://127.0.0.1:3000').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"], interval: 100ms, timeout: 5s, retries: 1}
    read_only: false # we have not dared yet
    cap_drop:
      - NET_RAW # pings
`;

const verdicts = (stdout: string): Readonly<Record<string, string>> => {
  const { services } = JSON.parse(stdout) as { services: { trials: { id: string; verdict: string }[] }[] };
  return Object.fromEntries(services.flatMap(({ trials }) => trials.map(({ id, verdict }) => [id, verdict])));
};

interface Series {
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly marks?: readonly { readonly label: string }[];
}

const seriesOf = (stdout: string): Readonly<Record<string, Series>> => {
  const { services } = JSON.parse(stdout) as { services: { trials: { id: string; series?: Series }[] }[] };
  return Object.fromEntries(
    services.flatMap(({ trials }) => trials.flatMap(({ id, series }) => (series === undefined ? [] : [[id, series]]))),
  );
};

test("what a trial proposes is shown, then written, and then holds", { timeout: 400_000 }, () => {
  const file = join(folder, "compose.yaml");
  writeFileSync(file, COMPOSE);

  const shown = seaworthy("trial", "--level", "quick", "--fix", "--dry-run");
  expect([shown.status, shown.stderr.match(/^seaworthy:.*/m)]).toEqual([1, null]);
  expect(shown.stdout).toContain("-    read_only: false # we have not dared yet\n+    read_only: true # we have not dared yet\n");
  expect(shown.stdout).toMatch(/\n\+ {6}- ALL # measured: its requests were answered with every capability dropped\n/);
  expect(readFileSync(file, "utf8")).toBe(COMPOSE);

  const written = seaworthy("trial", "--fix", "--json");
  expect(verdicts(written.stdout)).toMatchObject({ "read-only-root": "disproved", "dropped-capabilities": "disproved" });
  const { fixed } = JSON.parse(written.stdout) as { fixed: { files: string[]; proposals: { path: string[]; outcome: string }[] } };
  expect(fixed.files).toEqual(["compose.yaml"]);
  expect(fixed.proposals.map(({ path, outcome }) => `${path.join(".")} ${outcome}`).toSorted()).toEqual(
    [
      "cap_drop",
      "deploy.resources.limits.memory",
      "healthcheck.start_period",
      "init",
      "logging.driver",
      "memswap_limit",
      "read_only",
      "security_opt",
    ].map((path) => `${path} written`),
  );
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^# the shop\nservices:\n {2}web: # answers\n/);
  expect(text).toMatch(/\n {10}memory: \d+M # measured: its working set was at most .* over \d+ requests\n/);
  expect(text).toMatch(/retries: 1, start_period: \d+s\}\n {4}read_only: true # we have not dared yet\n/);

  const again = seaworthy("trial", "--json", "--html", "page.html");
  expect(Object.entries(verdicts(again.stdout)).filter(([, verdict]) => verdict === "disproved")).toEqual([]);
  expect(again.status).toBe(0);
  const series = seriesOf(again.stdout);
  expect(Object.keys(series).toSorted()).toEqual(["graceful-stop", "memory-peak", "start-up"]);
  expect(series["start-up"]?.points).toHaveLength(3);
  expect(series["memory-peak"]?.marks).toMatchObject([{ label: "answers" }]);
  expect(series["graceful-stop"]?.marks).toMatchObject([{ label: "SIGTERM" }, { label: "last answer" }, { label: "exit 0" }]);
  const page = readFileSync(join(folder, "page.html"), "utf8");
  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page).toContain("all 8 requests in flight were answered");
});
