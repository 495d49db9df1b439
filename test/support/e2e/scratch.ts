import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerAt } from "./docker.ts";
import { stopEngineOf } from "./own-engine.ts";

/** Everything an end-to-end test makes lies under a folder of this name, so that a later run knows what a killed one left. Short: unix sockets have 108 characters. */
const PARENT = "/tmp";
const PREFIX = "sw-e2e-";
/** Every project that the tests ship begins with this. */
export const PROJECT_PREFIX = "swe2e";
const MARKER = "seaworthy-state";
const PROXY = "seaworthy-proxy";

export interface Scratch extends AsyncDisposable {
  readonly folder: string;
  readonly state: string;
  readonly run: string;
}

interface Owner {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: tells a process from a later one with the same number. */
  readonly started: string;
}

const startOf = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[19];
  } catch {
    return undefined;
  }
};

const ownerOf = (folder: string): Owner | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as Owner;
  } catch {
    return undefined;
  }
};

const uuidOf = (folder: string): string | undefined => {
  const path = join(folder, "state", "uuid");
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
};

const childrenFile = (folder: string): string => join(folder, "children");

/** Notes a process that works on the scratch state, so that a later run can end it when this one is killed. */
export const noteChild = ({ folder }: Pick<Scratch, "folder">, pid: number | undefined): void => {
  if (pid !== undefined) appendFileSync(childrenFile(folder), `${JSON.stringify({ pid, started: startOf(pid) ?? "" } satisfies Owner)}\n`);
};

/** Ends the processes that were noted and still run. */
const stopChildren = async (folder: string): Promise<void> => {
  if (!existsSync(childrenFile(folder))) return;
  const noted = readFileSync(childrenFile(folder), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const children = noted.map((line) => JSON.parse(line) as Owner);
  const running = (): readonly Owner[] => children.filter(({ pid, started }) => startOf(pid) === started);
  for (const { pid } of running()) process.kill(pid, "SIGKILL");
  for (let tries = 0; tries < 250 && running().length > 0; tries += 1) await sleep(20);
};

/** Unmounts what is mounted below the folder. */
export const unmount = async (folder: string): Promise<void> => {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.toReversed()) await dockerAt({}).program("umount", [path]);
};

/** What the installation of this scratch state left in the machine's own engine. */
const clearEngine = async (folder: string): Promise<void> => {
  const engine = dockerAt({});
  const uuid = uuidOf(folder);
  if (uuid !== undefined) {
    const ours = await engine.lines(["ps", "-aq", "--filter", `label=dev.seaworthy.state=${uuid}`]);
    if (ours.length > 0) await engine.run(["rm", "-f", "-v", ...ours]);
  }
  const label = ["--filter", "label=dev.seaworthy.project", "--format", '{{.Name}} {{.Label "dev.seaworthy.project"}}'];
  const ofTests = (line: string): boolean => (line.split(" ")[1] ?? "").startsWith(PROJECT_PREFIX);
  const nameOf = (line: string): string => line.split(" ")[0] ?? "";
  const networks = (await engine.lines(["network", "ls", ...label])).filter(ofTests).map(nameOf);
  if (networks.length > 0) await engine.run(["network", "rm", ...networks]);
  const volumes = (await engine.lines(["volume", "ls", ...label])).filter(ofTests).map(nameOf);
  if (volumes.length > 0) await engine.run(["volume", "rm", ...volumes]);
  if (uuid !== undefined && (await markerOwner()) === uuid) await engine.run(["volume", "rm", MARKER]);
  const images = (await engine.lines(["images", "--digests", "--format", "{{.Repository}}@{{.Digest}} {{.ID}}"])).filter((line) =>
    new RegExp(`^127\\.0\\.0\\.1:\\d+/${PROJECT_PREFIX}`).test(line),
  );
  for (const image of new Set(images.map((line) => line.split(" ")[1] ?? ""))) await engine.attempt(["rmi", "-f", image]);
};

/** Whose state folder governs the machine's engine; undefined when none does. */
const markerOwner = async (): Promise<string | undefined> => {
  const found = await dockerAt({}).attempt(["volume", "inspect", "--format", '{{index .Labels "dev.seaworthy.state"}}', MARKER]);
  return found.exitCode === 0 ? found.stdout.trim() : undefined;
};

const remove = async (folder: string): Promise<void> => {
  await stopChildren(folder);
  await stopEngineOf(folder);
  await clearEngine(folder);
  await unmount(folder);
  // Last: while the folder is there, a later run still knows what was ours.
  rmSync(folder, { recursive: true, force: true });
};

/** Takes away what killed runs left. @throws when another run is under way */
const sweep = async (): Promise<void> => {
  for (const name of readdirSync(PARENT).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(PARENT, name);
    const owner = ownerOf(folder);
    if (owner !== undefined && startOf(owner.pid) === owner.started)
      throw new Error(
        `another run of the end-to-end tests (process ${owner.pid}, ${folder}) uses the engine; run them one after the other`,
      );
    await remove(folder);
  }
};

/** @throws when an installation that is not a test's governs the machine's engine: that one is never touched. */
const assertUngoverned = async (): Promise<void> => {
  const governor = await markerOwner();
  if (governor !== undefined)
    throw new Error(
      `an installation of Seaworthy governs this engine (state ${governor}); the end-to-end tests need an engine without one and do not touch it`,
    );
  if ((await dockerAt({}).attempt(["inspect", PROXY])).exitCode === 0)
    throw new Error(`there is a container ${PROXY} that no end-to-end test made; the tests do not touch it`);
};

/**
 * A state folder of its own; disposing takes away everything it brought about, a failed test's leavings too.
 * @throws when the machine's engine is to be used and somebody governs it
 */
export const createScratch = async ({ engine }: { readonly engine: "machine" | "own" }): Promise<Scratch> => {
  await sweep();
  if (engine === "machine") await assertUngoverned();
  const folder = mkdtempSync(join(PARENT, PREFIX));
  const owner: Owner = { pid: process.pid, started: startOf(process.pid) ?? "" };
  writeFileSync(join(folder, "owner.json"), JSON.stringify(owner));
  const [state, run] = [join(folder, "state"), join(folder, "run")];
  for (const one of [state, run]) mkdirSync(one, { mode: 0o700 });
  return { folder, state, run, [Symbol.asyncDispose]: () => remove(folder) };
};
