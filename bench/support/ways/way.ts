import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "../../../test/support/e2e/installation.ts";
import { get } from "../../../test/support/e2e/shop.ts";

/** What a way did to replace the container. */
export interface Replaced {
  /** Milliseconds since the epoch: from here on the image was in the engine and nothing else was left to do but to replace. */
  readonly imageThereAtMs: number;
  /** The container that serves now. */
  readonly container: string;
}

/** One way of replacing the shop's web container, ready to be measured. */
export interface Way extends AsyncDisposable {
  readonly what: string;
  readonly url: string;
  readonly host: string;
  /** Puts the other version in place of the one that serves. Returns when the way's own procedure is over. */
  replace(): Promise<Replaced>;
}

/** How every way runs the container: as the shop's compose file says, so that only the way differs. */
const HOW = ["--init", "--read-only", "--cap-drop", "ALL", "--memory", "128m", "--stop-timeout", "10"] as const;

export interface Contrast {
  readonly shop: Installation;
  /** Two versions of the shop's web service, by digest; both are in the engine. */
  readonly images: readonly [string, string];
}

/** The two images that the shop has released. @throws when there are not two */
export const imagesOf = async ({ docker, project }: Installation): Promise<Contrast["images"]> => {
  const listed = await docker.lines([
    "images",
    "--digests",
    "--format",
    "{{.Repository}}@{{.Digest}}",
    "--filter",
    `reference=*/${project}/web`,
  ]);
  const [first, second] = listed.filter((name) => name.includes("@sha256:"));
  if (first === undefined || second === undefined)
    throw new Error(`expected the images of two versions in the engine, found ${listed.join(", ") || "none"}`);
  return [first, second];
};

/** Gives one image after the other, without end. */
export const inTurn = ([first, second]: Contrast["images"]): (() => string) => {
  let count = 0;
  return () => (count++ % 2 === 0 ? first : second);
};

/** What a killed bench left is found by the installation's label, as everything else of it. */
export const labelOf = async ({ docker }: Installation): Promise<readonly string[]> => [
  "--label",
  `dev.seaworthy.state=${await docker.run(["volume", "inspect", "--format", '{{index .Labels "dev.seaworthy.state"}}', "seaworthy-state"])}`,
];

/** `docker run` as every way does it, with the arguments of its own before the image. */
export const startContainer = async ({ shop }: Contrast, name: string, image: string, args: readonly string[]): Promise<string> => {
  await shop.docker.run(["run", "--detach", "--name", name, ...(await labelOf(shop)), ...HOW, "--cpus", "1", ...args, image]);
  return name;
};

export const stopContainer = async ({ docker }: Installation, name: string): Promise<void> => {
  await docker.run(["stop", name]);
  await docker.run(["rm", name]);
};

/** The first address that the container has. */
export const addressOf = async ({ docker }: Installation, name: string, network: string): Promise<string> =>
  docker.run(["inspect", "--format", `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name]);

/** Asks the container itself until it is ready. */
export const awaitReady = async (url: string, host: string): Promise<void> => {
  for (const untilMs = performance.now() + 30_000; ; await sleep(50)) {
    const answer = await get({ url, host }, "/readyz").catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > untilMs) throw new Error(`nothing was ready at ${url} within 30 s`);
  }
};

export const scratchFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), "seaworthy-bench-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/**
 * What the app itself took to come up: from the beginning of its process, by its own clock, to its first word. That is the application's time in every way, and no
 * way can be blamed for it. What the engine says of its start will not do: 20.10 and 26 write that down when it is over, 28 before it begins.
 */
export const startUpMs = async ({ docker }: Installation, container: string): Promise<number> => {
  for (const untilMs = performance.now() + 10_000; ; await sleep(50)) {
    const [line] = (await docker.attempt(["logs", container])).stdout.split("\n").filter((one) => one.includes('"listening"'));
    if (line !== undefined) return (JSON.parse(line) as { upMs: number }).upMs;
    if (performance.now() > untilMs) throw new Error(`${container} never said that it listens`);
  }
};
