import { execFile, execFileSync } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { Agent, request } from "node:http";
import type { Served } from "./registry-servers.ts";

const MIB = 1024 * 1024;

interface Blob {
  readonly path: string;
  readonly digest: string;
  readonly mib: number;
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A file of noise; its digest is known without anybody reading it back. */
export const makeBlob = (path: string, mib: number): Blob => {
  const hash = createHash("sha256");
  const file = openSync(path, "w");
  const block = Buffer.alloc(MIB);
  for (let at = 0; at < mib; at += 1) {
    randomFillSync(block);
    hash.update(block);
    writeSync(file, block);
  }
  closeSync(file);
  return { path, mib, digest: `sha256:${hash.digest("hex")}` };
};

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What it took, and what of it the server's processors did. */
export const costOf = async (server: Served, work: () => Promise<unknown>): Promise<Cost> => {
  const [began, cpu] = [performance.now(), server.cpuSeconds()];
  await work();
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: server.cpuSeconds() - cpu };
};

interface Answer {
  readonly status: number;
  readonly location: string;
}

/** One connection kept open, as crane and oras do it. */
const send = (
  agent: Agent,
  server: Served,
  method: string,
  path: string,
  body?: Uint8Array,
  type = "application/octet-stream",
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { "content-length": body?.length ?? 0, "content-type": type };
    const asked = request(new URL(path, `http://${server.address}`), { method, agent, headers }, (response) => {
      response.resume().once("end", () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "" }));
    });
    asked.once("error", reject);
    asked.end(body);
  });

const expectStatus = async (wanted: number, answering: Promise<Answer>): Promise<Answer> => {
  const answer = await answering;
  if (answer.status !== wanted) throw new Error(`answered ${answer.status}, not ${wanted}`);
  return answer;
};

const agentFor = (): Agent => new Agent({ keepAlive: true });
const withDigest = (location: string, digest: string): string =>
  `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;

/** Gives the Location of the answer. */
const curl = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const always = ["-sS", "-f", "-o", "/dev/null", "-H", "Expect:", "-w", "%header{location}"];
    execFile("curl", [...always, ...args], (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  });

const begin = async (server: Served, repository: string): Promise<string> => {
  const agent = agentFor();
  const { location } = await expectStatus(202, send(agent, server, "POST", `/v2/${repository}/blobs/uploads/`));
  agent.destroy();
  return new URL(location, `http://${server.address}`).href;
};

/** POST and one PUT with the whole, sent by curl. */
export const putBlob = async (server: Served, repository: string, blob: Blob): Promise<string> =>
  curl(
    "-X",
    "PUT",
    "-T",
    blob.path,
    "-H",
    "Content-Type: application/octet-stream",
    withDigest(await begin(server, repository), blob.digest),
  );

/** As docker does it: one PATCH of unknown length, then a PUT. */
export const streamBlob = async (server: Served, repository: string, blob: Blob): Promise<void> => {
  const chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/octet-stream"];
  const next = await curl("-X", "PATCH", "-T", blob.path, ...chunked, await begin(server, repository));
  const agent = agentFor();
  await expectStatus(201, send(agent, server, "PUT", withDigest(next, blob.digest)));
  agent.destroy();
};

export const getBlob = (server: Served, repository: string, blob: Blob): Promise<string> =>
  curl(`http://${server.address}/v2/${repository}/blobs/${blob.digest}`);

/** `count` different blobs over `clients` connections, each POST and PUT. */
export const putMany = async (
  server: Served,
  repository: string,
  sizes: { readonly count: number; readonly kib: number; readonly clients: number },
): Promise<void> => {
  let left = sizes.count;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (left-- > 0) {
      const bytes = randomFillSync(Buffer.alloc(sizes.kib * 1024));
      const { location } = await expectStatus(202, send(agent, server, "POST", `/v2/${repository}/blobs/uploads/`));
      await expectStatus(201, send(agent, server, "PUT", withDigest(location, digestOf(bytes)), bytes));
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: sizes.clients }, client));
};

/** A manifest of `layers` small layers under the tag `latest`. Its digest. */
export const putManifest = async (server: Served, repository: string, layers: number): Promise<string> => {
  const agent = agentFor();
  const put = async (mediaType: string, bytes: Buffer): Promise<unknown> => {
    const { location } = await expectStatus(202, send(agent, server, "POST", `/v2/${repository}/blobs/uploads/`));
    await expectStatus(201, send(agent, server, "PUT", withDigest(location, digestOf(bytes)), bytes));
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const config = await put("application/vnd.docker.container.image.v1+json", Buffer.from('{"os":"linux"}'));
  const parts = [];
  for (let at = 0; at < layers; at += 1)
    parts.push(await put("application/vnd.docker.image.rootfs.diff.tar.gzip", randomFillSync(Buffer.alloc(1024))));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: parts }));
  await expectStatus(201, send(agent, server, "PUT", `/v2/${repository}/manifests/latest`, bytes, mediaType));
  agent.destroy();
  return digestOf(bytes);
};

export const needWrk = (): void => {
  try {
    execFileSync("sh", ["-c", "command -v wrk"], { stdio: "ignore" });
  } catch {
    execFileSync("apt-get", ["install", "-y", "-q", "wrk"], { stdio: ["ignore", "ignore", "inherit"] });
  }
};

/** Requests a second of 16 kept connections. */
export const manifestsPerSecond = (server: Served, repository: string, reference: string, seconds: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = `http://${server.address}/v2/${repository}/manifests/${reference}`;
    const accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
    execFile("wrk", ["-t1", "-c16", `-d${seconds}s`, "-H", accept, url], (error, stdout) => {
      if (error !== null || /Non-2xx|Socket errors/.test(stdout)) reject(new Error(`wrk failed: ${stdout}`, { cause: error }));
      else resolve(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]));
    });
  });
