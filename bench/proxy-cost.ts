/**
 * What our HAProxy configuration costs over a minimal one: requests a second and p99 of the same HAProxy before the same application, which is HAProxy as well
 * so that it is never what is measured. wrk, 64 kept connections, SECONDS each (default 5), ROUNDS rounds (default 5) of both in turn; medians.
 * Needs Debian's haproxy and wrk; installs wrk when root.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FULL_TRAFFIC } from "../src/core/index.ts";
import { openProxyStore } from "../src/proxy/store.ts";
import { DEFAULT_HEADERS } from "../src/ship/front.ts";
import { freePort } from "../test/support/e2e/installation.ts";
import { get } from "../test/support/e2e/shop.ts";
import { thisMachine } from "./support/machine.ts";
import { report } from "./support/report.ts";

const HAPROXY = "/usr/sbin/haproxy";
const LEAST = 0.9;
const rounds = Number(process.env["ROUNDS"]) || 5;
const seconds = Number(process.env["SECONDS"]) || 5;
const HOST = "shop.localhost";

interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
}

const needWrk = (): void => {
  if (spawnSync("wrk", ["--version"]).error === undefined) return;
  execFileSync("apt-get", ["install", "-y", "-q", "wrk"], { stdio: ["ignore", "ignore", "inherit"] });
};

const milliseconds = (text: string): number => {
  const [, number = "", unit = ""] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(number) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN);
};

const load = (port: number): Measured => {
  const said = execFileSync("wrk", ["-t1", "-c64", `-d${seconds}s`, "--latency", "-H", `Host: ${HOST}`, `http://127.0.0.1:${port}/`], {
    encoding: "utf8",
  });
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(`requests failed:\n${said}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]),
    p99Ms: milliseconds(/99%\s+(\S+)/.exec(said)?.[1] ?? ""),
  };
};

const MINIMAL = (port: number, app: number): string => `
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
frontend http
    bind :${port}
    default_backend app
backend app
    server app 127.0.0.1:${app} check
`;

const APP = (port: number): string => `
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
frontend app
    bind 127.0.0.1:${port}
    http-request return status 200 content-type text/plain string "ok"
`;

const start = (file: string): ChildProcess => {
  const child = spawn(HAPROXY, ["-W", "-q", "-f", file], { stdio: ["ignore", "ignore", "inherit"] });
  child.once("error", (error) => {
    throw error;
  });
  return child;
};

/** Waits until it has answered for a second: a check that came before the application takes the server out for a moment. */
const serves = async (port: number): Promise<void> => {
  for (let good = 0, tries = 0; good < 10; tries++) {
    if (tries > 300) throw new Error(`nothing answers on port ${port}`);
    const answer = await get({ url: `http://127.0.0.1:${port}`, host: HOST }).catch(() => undefined);
    good = answer?.status === 200 ? good + 1 : 0;
    await sleep(100);
  }
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const machine = thisMachine();
needWrk();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-proxy-cost-"));
const running: ChildProcess[] = [];
try {
  const [app, minimal, ours] = [await freePort(), await freePort(), await freePort()];
  const store = openProxyStore(join(scratch, "proxy"), ours, { configFolder: join(scratch, "proxy", "config"), socketFolder: scratch });
  store.put({
    name: "shop.web",
    hosts: [HOST],
    check: { path: "/readyz", host: HOST },
    httpPort: ours,
    front: { headers: DEFAULT_HEADERS },
    hold: { seconds: 10, requests: 1000 },
    servers: [{ name: "r1-1", address: "127.0.0.1", port: app, weight: FULL_TRAFFIC }],
  });
  store.render();
  writeFileSync(join(scratch, "app.cfg"), APP(app));
  writeFileSync(join(scratch, "minimal.cfg"), MINIMAL(minimal, app));
  for (const file of [join(scratch, "app.cfg"), join(scratch, "minimal.cfg"), join(store.configFolder, "haproxy.cfg")])
    running.push(start(file));
  const sides = { "minimal configuration": minimal, "our configuration": ours };
  const measured = new Map(Object.keys(sides).map((what) => [what, [] as Measured[]]));
  for (const port of Object.values(sides)) {
    await serves(port);
    load(port);
  }
  // In turn, so that what else the machine does falls on both alike.
  for (let round = 0; round < rounds; round++) for (const [what, port] of Object.entries(sides)) measured.get(what)?.push(load(port));
  const of = (what: string, pick: keyof Measured): number => median((measured.get(what) ?? []).map((one) => one[pick]));
  const ratio = of("our configuration", "perSecond") / of("minimal configuration", "perSecond");
  report(
    "proxy-cost",
    Object.keys(sides).map((what) => ({
      what,
      figures: { "requests/s": Math.round(of(what, "perSecond")), "p99 ms": Math.round(of(what, "p99Ms") * 100) / 100 },
    })),
    {
      words: `our configuration serves at least ${LEAST} of what a minimal one does: ${ratio.toFixed(2)} (median of ${rounds} rounds of ${seconds} s)`,
      met: ratio >= LEAST,
    },
    machine,
  );
} finally {
  for (const child of running) child.kill("SIGTERM");
  await sleep(200);
  rmSync(scratch, { recursive: true, force: true });
}
