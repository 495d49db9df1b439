import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./e2e/installation.ts";

const CACHE = join(homedir(), ".cache", "seaworthy-bench");

/** Debian's own package, fetched once through apt and unpacked without installing it: nothing is started by it. Undefined where there is no apt, or it does not reach anything. */
export const dockerRegistry = (): string | undefined => {
  const binary = join(CACHE, "docker-registry");
  if (existsSync(binary)) return binary;
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-docker-registry-"));
  try {
    const quiet = { cwd: folder, stdio: "ignore", timeout: 60_000 } as const;
    execFileSync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", "docker-registry"], quiet);
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (archive === undefined) return undefined;
    execFileSync("dpkg-deb", ["-x", archive, "unpacked"], quiet);
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(join(folder, "unpacked", "usr", "bin", "docker-registry"), binary);
    return binary;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A server that another program runs. */
export interface Started extends AsyncDisposable {
  readonly address: string;
  readonly pid: number;
}

const answers = async (address: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`http://${address}/v2/`).catch(() => undefined))?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`docker-registry does not answer at ${address}`);
};

/** Distribution's registry on a folder; with `proxy`, as a pull-through cache of that address. */
export const startDockerRegistry = async (binary: string, folder: string, proxy?: string): Promise<Started> => {
  const address = `127.0.0.1:${await freePort()}`;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "config.yml");
  writeFileSync(
    file,
    `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage:
  cache: { blobdescriptor: inmemory }
  filesystem: { rootdirectory: ${join(folder, "data")} }
  delete: { enabled: true }
http: { addr: "${address}" }
${proxy === undefined ? "" : `proxy: { remoteurl: "http://${proxy}" }\n`}`,
  );
  const env = { PATH: process.env["PATH"] ?? "", OTEL_TRACES_EXPORTER: "none" };
  const child: ChildProcess = spawn(binary, ["serve", file], { stdio: "ignore", env });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await answers(address);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, pid: child.pid ?? 0, [Symbol.asyncDispose]: stop };
};

/** What stands in front of a registry and counts what it is asked. */
export interface Counter extends AsyncDisposable {
  readonly address: string;
  /** `METHOD /path` in the order they came. */
  readonly heard: string[];
}

export const countingProxy = async (to: string): Promise<Counter> => {
  const heard: string[] = [];
  const [host = "", port = ""] = to.split(":");
  const server = createServer((incoming, response) => {
    const { method = "GET", url = "/", headers } = incoming;
    heard.push(`${method} ${url}`);
    const outgoing = request({ host, port, method, path: url, headers: { ...headers, host: to } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
