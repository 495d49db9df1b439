import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { type Clock, type Digest, digestOf } from "../core/index.ts";
import { MEDIA } from "../image/index.ts";
import { openControl } from "./control/client.ts";
import { firstImpossible, type Operation } from "./linearizable.fixture.ts";
import { startRegistry } from "./serve.ts";

/** What is done at random, at once, by clients that know nothing of each other. */
export interface ModelOptions {
  readonly folder: string;
  readonly seed: number;
  readonly forMs: number;
  readonly clients: number;
  /** How many times faster than the world's the registry's clock goes, so that graces pass. */
  readonly faster: number;
  readonly settings: string;
}

export interface ModelReport {
  readonly counts: Readonly<Record<string, number>>;
  /** What must never happen, in words. Empty when nothing did. */
  readonly wrong: readonly string[];
  /** Manifests and files that collections took. */
  readonly collected: { readonly manifests: number; readonly files: number };
}

const ABSENT = "absent";
const REPOSITORIES = ["team/app", "team/web"];
const MOVING = ["latest", "main", "pr-1", "pr-2", "pr-3"];
const VERSIONS = ["1.0.0", "1.0.1", "1.0.2"];

/** The same numbers for the same seed (mulberry32). */
const createRandom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % 4_294_967_296) % below;
  };
};

const fastClock = (faster: number): Clock => {
  const began = Date.now();
  return {
    now: () => began + (Date.now() - began) * faster,
    elapsed: () => performance.now() * faster,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(ms / faster, 2 ** 31 - 1));
        signal?.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("ended"))), { once: true });
      }),
  };
};

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly digest: string;
  readonly location: string;
}

/** Layers that images share, so that what one loses another still needs. */
const LAYERS = Array.from({ length: 12 }, (_, at) =>
  createHash("sha512")
    .update(String(at))
    .digest()
    .toString("hex")
    .repeat(1 + at * 20),
);

/**
 * Pushes, pulls, deletions, retention, undo, collection and scrub at random against a registry over HTTP, and what each was told. Afterwards every tag's
 * history must have an order that explains it, immutable tags must never have stood for two images, and no pull may have met a part that was missing.
 */
export const runModel = async ({ folder, seed, forMs, clients, faster, settings }: ModelOptions): Promise<ModelReport> => {
  writeFileSync(join(folder, "registry.yaml"), settings);
  const clock = fastClock(faster);
  const registry = await startRegistry({
    dataFolder: folder,
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
    clock,
  });
  const control = await openControl(folder);
  const agent = new Agent({ keepAlive: true, maxSockets: clients * 2 });
  const [host = "", port = ""] = registry.address.split(":");
  const send = (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? 0 : Buffer.byteLength(body);
      const request = httpRequest({ host, port, method, path, agent, headers: { "content-length": String(length), ...headers } });
      request.once("error", reject);
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks),
            digest: String(response.headers["docker-content-digest"] ?? ""),
            location: response.headers.location ?? "",
          }),
        );
      });
      request.end(body);
    });

  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  const history = new Map<string, Operation[]>();
  const collected = { manifests: 0, files: 0 };
  let moment = 0;
  let pushed = 0;
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  const note = (name: string, kind: Operation["kind"], value: string, call: number): void => {
    const known = history.get(name) ?? [];
    known.push({ kind, value, call, back: (moment += 1) });
    history.set(name, known);
  };

  /** As clients do: ask for each blob first, and upload only what is not there. */
  const ensureBlob = async (repository: string, bytes: string): Promise<Digest> => {
    const digest = digestOf(bytes);
    if ((await send("HEAD", `/v2/${repository}/blobs/${digest}`)).status === 200) {
      count("blob was there");
      return digest;
    }
    const stored = await send("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, bytes);
    if (stored.status !== 201) wrong.push(`upload of a blob answered ${stored.status}: ${stored.body.toString().slice(0, 200)}`);
    count("blob uploaded");
    return digest;
  };

  const push = async (random: (below: number) => number): Promise<void> => {
    const repository = REPOSITORIES[random(2)] ?? "";
    const tag = random(4) === 0 ? (VERSIONS[random(3)] ?? "") : (MOVING[random(5)] ?? "");
    const call = (moment += 1);
    const began = clock.now();
    const chosen = [LAYERS[random(12)] ?? "", LAYERS[random(12)] ?? ""];
    const config = JSON.stringify({ number: (pushed += 1), seed });
    const layers = [];
    for (const bytes of chosen) layers.push({ mediaType: MEDIA.ociLayer, digest: await ensureBlob(repository, bytes), size: bytes.length });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: await ensureBlob(repository, config), size: config.length },
      layers,
    });
    const answer = await send("PUT", `/v2/${repository}/manifests/${tag}`, manifest, { "content-type": MEDIA.ociManifest });
    if (answer.status === 201) {
      note(`${repository}:${tag}`, "write", answer.digest, call);
      count("pushed");
    } else if (answer.status === 409 && VERSIONS.includes(tag)) count("refused: immutable");
    else
      wrong.push(
        `push of ${repository}:${tag} answered ${answer.status} after ${clock.now() - began} ms of its clock: ${answer.body.toString().slice(0, 300)}`,
      );
  };

  const pull = async (random: (below: number) => number): Promise<void> => {
    const repository = REPOSITORIES[random(2)] ?? "";
    const tag = [...MOVING, ...VERSIONS][random(8)] ?? "";
    const call = (moment += 1);
    const found = await send("GET", `/v2/${repository}/manifests/${tag}`);
    if (found.status !== 200 && found.status !== 404) return void wrong.push(`pull of ${repository}:${tag} answered ${found.status}`);
    note(`${repository}:${tag}`, "read", found.status === 200 ? found.digest : ABSENT, call);
    count(found.status === 200 ? "pulled" : "found absent");
    if (found.status === 404) return;
    if (digestOf(found.body) !== found.digest) wrong.push(`${repository}:${tag} came with other bytes`);
    const document = JSON.parse(found.body.toString()) as { config: { digest: string }; layers: readonly { digest: string }[] };
    for (const { digest } of [document.config, ...document.layers]) {
      const blob = await send("GET", `/v2/${repository}/blobs/${digest}`);
      if (blob.status !== 200 || digestOf(blob.body) !== digest)
        wrong.push(`${repository}:${tag} is not whole: ${digest} answered ${blob.status}`);
    }
  };

  const remove = async (random: (below: number) => number): Promise<void> => {
    const repository = REPOSITORIES[random(2)] ?? "";
    const tag = [...MOVING, ...VERSIONS][random(8)] ?? "";
    const call = (moment += 1);
    const { status } = await send("DELETE", `/v2/${repository}/manifests/${tag}`);
    if (status !== 202 && status !== 404) return void wrong.push(`deletion of ${repository}:${tag} answered ${status}`);
    note(`${repository}:${tag}`, status === 202 ? "write" : "read", ABSENT, call);
    count(status === 202 ? "deleted" : "nothing to delete");
  };

  const retain = async (): Promise<void> => {
    const call = (moment += 1);
    const { repositories, operation } = await control.ask("retain", { confirmed: true });
    count("retained");
    if (operation === undefined) return;
    for (const { repository, verdicts } of repositories)
      for (const { tag, keep } of verdicts)
        if (!keep) {
          note(`${repository}:${tag}`, "write", ABSENT, call);
          count("dropped by retention");
        }
  };

  const undo = async (): Promise<void> => {
    const call = (moment += 1);
    try {
      const { restored } = await control.ask("undo", {});
      for (const { name, digest } of restored) if (!name.includes("@")) note(name, "write", digest, call);
      count("undone");
    } catch (error) {
      if (!/nothing to undo/.test(String(error))) wrong.push(`undo: ${String(error)}`);
    }
  };

  const collect = async (): Promise<void> => {
    const { manifests, removed } = await control.ask("collect", {});
    collected.manifests += manifests.length;
    collected.files += removed.length;
    count("collected");
  };

  const scrub = async (): Promise<void> => {
    const { quarantined, damagedManifests } = await control.ask("scrub", { bytesPerSecond: 1e12 });
    for (const { digest, why } of quarantined) wrong.push(`scrub: ${digest}: ${why}`);
    wrong.push(...damagedManifests);
    count("scrubbed");
  };

  const until = performance.now() + forMs;
  const client = async (number: number): Promise<void> => {
    const random = createRandom(seed * 1000 + number);
    while (performance.now() < until && wrong.length < 20) {
      const dice = random(100);
      await (dice < 40
        ? push(random)
        : dice < 80
          ? pull(random)
          : dice < 92
            ? remove(random)
            : dice < 94
              ? retain()
              : dice < 95
                ? undo()
                : dice < 99
                  ? collect()
                  : scrub());
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
    await scrub();
  } finally {
    await control[Symbol.asyncDispose]();
    agent.destroy();
    await registry.close();
  }
  for (const [name, operations] of history) {
    const impossible = firstImpossible(operations, ABSENT);
    if (impossible !== undefined) wrong.push(`${name}: no order explains ${JSON.stringify(impossible)}`);
    const digests = new Set(operations.map(({ value }) => value).filter((value) => value !== ABSENT));
    if (VERSIONS.includes(name.split(":")[1] ?? "") && digests.size > 1)
      wrong.push(`${name} is immutable and stood for ${digests.size} images`);
  }
  return { counts, wrong, collected };
};
