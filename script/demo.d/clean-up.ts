import { existsSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../bases/docker.ts";
import { governor } from "./marker.ts";
import { type DemoRecord, forgetRecord } from "./record.ts";

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

const list = async (kind: "container" | "network" | "volume", label: string): Promise<readonly string[]> => {
  const command = {
    container: ["ps", "--all", "--format", "{{.Names}}"],
    network: ["network", "ls", "--format", "{{.Name}}"],
    volume: ["volume", "ls", "--format", "{{.Name}}"],
  }[kind];
  return lines(await docker([...command, "--filter", `label=${label}`]));
};

/** Everything the engine has from the demo's repositories: the tags that keep images, then references by digest. */
export const imagesOf = async ({ project, registryPort }: Pick<DemoRecord, "project" | "registryPort">): Promise<readonly string[]> => {
  const all = lines(await docker(["image", "ls", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}"]));
  const ours = all
    .map((line) => line.split(" "))
    .filter(([repository = ""]) => repository.startsWith(`127.0.0.1:${registryPort}/${project}/`));
  const tags = ours.filter(([, tag]) => tag !== "<none>").map(([repository, tag]) => `${repository}:${tag}`);
  const digests = ours.filter(([, , digest]) => digest !== "<none>").map(([repository, , digest]) => `${repository}@${digest}`);
  return [...new Set([...tags, ...digests])];
};

const mountsUnder = (folder: string): readonly string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((at) => at.startsWith(`${folder}/`));

interface Found {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: readonly string[];
  readonly mounts: readonly string[];
  readonly scratch: readonly string[];
}

const find = async (record: DemoRecord): Promise<Found> => {
  const onDisk = { mounts: mountsUnder(record.scratch), scratch: existsSync(record.scratch) ? [record.scratch] : [] };
  if (!record.claimed) return { containers: [], networks: [], volumes: [], images: [], ...onDisk };
  const labels = [`dev.seaworthy.project=${record.project}`, `dev.seaworthy.state=${record.uuid}`];
  const all = async (kind: Parameters<typeof list>[0]): Promise<readonly string[]> => [
    ...new Set((await Promise.all(labels.map((label) => list(kind, label)))).flat()),
  ];
  const [containers, networks, volumes, images] = await Promise.all([all("container"), all("network"), all("volume"), imagesOf(record)]);
  return {
    containers,
    networks,
    volumes,
    images: images.filter((image) => !record.imagesBefore.includes(image)),
    ...onDisk,
  };
};

/** What of the demo is in the engine and on disk now, in words. */
export const leftOver = async (record: DemoRecord): Promise<readonly string[]> =>
  Object.entries(await find(record)).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.map((name) => `${kind.replace(/s$/, "")} ${name}`),
  );

/** Removes all of it and forgets the demo when that worked. What could not be removed stays to be told by `leftOver`. */
export const cleanUp = async (known: DemoRecord): Promise<readonly string[]> => {
  // Cut off between taking the engine and writing that down, the marker itself tells.
  const record = { ...known, claimed: known.claimed || governor() === known.uuid };
  const { containers, networks, volumes, images, mounts } = await find(record);
  const attempt = (...args: readonly string[]): Promise<unknown> => docker(args).catch(() => undefined);
  if (containers.length > 0) await attempt("rm", "--force", "--volumes", ...containers);
  await Promise.all(networks.map((network) => attempt("network", "rm", network)));
  await Promise.all(volumes.map((volume) => attempt("volume", "rm", volume)));
  for (const image of images) await attempt("image", "rm", image);
  for (const mount of mounts) spawnSync("umount", [mount]);
  // A container that is just gone may hold its folders for a moment.
  for (let tries = 0; tries < 5 && mountsUnder(record.scratch).length > 0; tries++) {
    await sleep(200);
    for (const mount of mountsUnder(record.scratch)) spawnSync("umount", [mount]);
  }
  if (mountsUnder(record.scratch).length === 0) rmSync(join(record.scratch), { recursive: true, force: true });
  const remaining = await leftOver(record);
  if (remaining.length === 0) forgetRecord();
  return remaining;
};
