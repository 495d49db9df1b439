/**
 * What it costs to be somebody: a manifest by tag from our registry with a password and with a token, beside Debian's docker-registry with htpasswd (bcrypt, cost 10,
 * what htpasswd -B suggests today) and without accounts, in one run. Needs Debian's wrk and docker-registry, which it fetches through apt. SECONDS (default 4) for each.
 */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAdministration, startRegistry } from "../src/registry/index.ts";
import { systemClock } from "../src/core/index.ts";
import { freePort } from "../test/support/e2e/installation.ts";
import { dockerRegistry } from "../test/support/docker-registry.ts";
import { thisMachine } from "./support/machine.ts";
import { needWrk } from "./support/registry-loads.ts";
import { report } from "./support/report.ts";

const SECONDS = Number(process.env["SECONDS"]) || 4;
const GOALS = { htpasswd: 100, open: 5 } as const;
const PASSWORD = "correct horse battery";
const HTPASSWD = "bench:$2y$10$m0CrhHm10qJ3lXRY.5zDGO2F5EZCuq4s6bfDqt5JvWKLehDepGG4u\n";
const BASIC = `Basic ${Buffer.from(`bench:${PASSWORD}`).toString("base64")}`;
const TYPE = "application/vnd.oci.image.index.v1+json";

const perSecond = (address: string, authorization: string | undefined): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = ["-H", `Accept: ${TYPE}`, ...(authorization === undefined ? [] : ["-H", `Authorization: ${authorization}`])];
    execFile(
      "wrk",
      ["-t1", "-c8", `-d${SECONDS}s`, "--timeout", "20s", ...headers, `http://${address}/v2/bench/manifests/latest`],
      (error, stdout) => {
        if (error !== null || /Non-2xx|Socket errors/.test(stdout)) reject(new Error(`wrk failed: ${stdout}`, { cause: error }));
        else resolve(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]));
      },
    );
  });

const put = async (address: string, authorization: string | undefined): Promise<void> => {
  const headers = { "content-type": TYPE, ...(authorization === undefined ? {} : { authorization }) };
  const answer = await fetch(`http://${address}/v2/bench/manifests/latest`, {
    method: "PUT",
    headers,
    body: JSON.stringify({ schemaVersion: 2, mediaType: TYPE, manifests: [] }),
  });
  if (answer.status !== 201) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`);
};

/** Debian's registry on a folder, by htpasswd or open. */
const peer = async (binary: string, folder: string, htpasswd: boolean): Promise<AsyncDisposable & { readonly address: string }> => {
  mkdirSync(folder, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, "htpasswd"), HTPASSWD);
  const auth = htpasswd ? `auth: {htpasswd: {realm: bench, path: ${join(folder, "htpasswd")}}}\n` : "";
  writeFileSync(
    join(folder, "config.yml"),
    `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${join(folder, "data")}}, cache: {blobdescriptor: inmemory}}\nhttp: {addr: "${address}"}\n${auth}`,
  );
  const child = spawn(binary, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`http://${address}/v2/`).then(
        () => true,
        () => false,
      )
    )
      break;
    await systemClock.sleep(50);
  }
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
};

const machine = thisMachine();
needWrk();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-bench-auth-"));
try {
  const binary = dockerRegistry();
  if (binary === undefined) throw new Error("Debian's docker-registry cannot be had: are its package servers within reach?");
  const dataFolder = join(scratch, "ours");
  {
    using users = openAdministration(dataFolder, { clock: systemClock, who: "bench", dryRun: false, warn: () => undefined }, true);
    await users.addUser("bench", PASSWORD, [{ pattern: "bench", actions: ["pull", "push"] }]);
  }
  const ours = await startRegistry({ dataFolder, listen: { host: "127.0.0.1", port: 0 }, open: false, log: () => undefined });
  await using locked = await peer(binary, join(scratch, "locked"), true);
  await using open = await peer(binary, join(scratch, "open"), false);
  try {
    await put(ours.address, BASIC);
    await put(locked.address, BASIC);
    await put(open.address, undefined);
    const asked = await fetch(`http://${ours.address}/token?scope=repository:bench:pull`, { headers: { authorization: BASIC } });
    const { token } = (await asked.json()) as { readonly token: string };
    const found = {
      basic: await perSecond(ours.address, BASIC),
      token: await perSecond(ours.address, `Bearer ${token}`),
      htpasswd: await perSecond(locked.address, BASIC),
      open: await perSecond(open.address, undefined),
    };
    const times = (figure: number, of: number): string => `${Math.round((figure / of) * 10) / 10}x`;
    const row = (what: string, figure: number) => ({
      what,
      figures: { "manifests/s": Math.round(figure), "of htpasswd": times(figure, found.htpasswd), "of open": times(figure, found.open) },
    });
    const least = Math.min(found.basic, found.token);
    report(
      "registry-auth",
      [
        row("seaworthy, Basic", found.basic),
        row("seaworthy, token", found.token),
        row("docker-registry, htpasswd bcrypt 10", found.htpasswd),
        row("docker-registry, no accounts", found.open),
      ],
      {
        words: `at least ${GOALS.htpasswd} times docker-registry with htpasswd, ${GOALS.open} times the open one`,
        met: least >= GOALS.htpasswd * found.htpasswd && least >= GOALS.open * found.open,
      },
      machine,
    );
  } finally {
    await ours.close();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
