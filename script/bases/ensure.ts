/**
 * `script/setup` calls this last: every base image is in the engine, from a hub when one answers, else made here. Prints a line for each image that it brought
 * in and nothing for those that were there. Exit 7: cannot, with the next step.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker, engineId, pullFromHub, tryDocker } from "./docker.ts";
import { storeImage, type Stored } from "./layout.ts";
import { recipes, type Recipe } from "./recipes.ts";
import { serveImages } from "./serve.ts";
import { cacheFolder, localTag, readState, recipeKey, stateFile, type Base, type State } from "./state.ts";

const fresh = process.argv.includes("--fresh");

function cannot(message: string): never {
  console.error(`setup: ${message}`);
  process.exit(7);
}

const withoutDigest = (reference: string): string => reference.split("@")[0] as string;

function names(recipe: Recipe): string[] {
  return [...(recipe.hub ? [withoutDigest(recipe.hub)] : []), ...recipe.aliases];
}

/** True when the engine still has every image that the state speaks of, under its pin, and none was re-tagged. */
function inEngine(bases: readonly Base[]): boolean {
  const wanted = bases.flatMap((base) => {
    const tags = recipes.find((recipe) => recipe.name === base.name)?.tags ?? [];
    const made = base.source === "made" ? base.from.map((from) => localTag(base.repository, from)) : [];
    return [base.pinned, ...tags, ...made].map((reference) => ({ reference, imageId: base.imageId }));
  });
  const ids = tryDocker(["image", "inspect", "--format", "{{.Id}}", ...wanted.map(({ reference }) => reference)])?.split("\n");
  return ids !== undefined && wanted.every(({ imageId }, index) => ids[index] === imageId);
}

/** Where the image is in the cache: named by recipe, node and the versions of the packages that apt would give now. */
function cacheEntry(recipe: Recipe, key: string): string {
  const policy =
    spawnSync("apt-cache", ["policy", ...recipe.packages], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }).stdout ?? "";
  const versions = policy.split("\n").filter((line) => /^\S|Candidate:/.test(line));
  const hash = createHash("sha256").update(
    JSON.stringify([key, recipe.name, recipe.usesNode ? process.version : "", process.arch, versions]),
  );
  return join(cacheFolder, `${recipe.name}-${hash.digest("hex").slice(0, 16)}`);
}

async function make(recipe: Recipe, folder: string): Promise<Stored> {
  const described = join(folder, "image.json");
  if (!fresh && existsSync(described)) return JSON.parse(readFileSync(described, "utf8")) as Stored;
  const startedMs = Date.now();
  const work = mkdtempSync(join(cacheFolder, `.making-${recipe.name}-`));
  try {
    await recipeScript(recipe, work);
    const made = join(work, "image");
    const stored = await storeImage(made, join(work, "root.tar"), recipe.config);
    writeFileSync(join(made, "image.json"), JSON.stringify(stored));
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
    console.log(
      `setup: made base image ${recipe.name} from Debian packages (${Math.round(stored.sizeBytes / 1e6)} MB, ${((Date.now() - startedMs) / 1000).toFixed(1)} s)`,
    );
    return stored;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function recipeScript(recipe: Recipe, work: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "rootfs", `${recipe.name}.sh`);
    mkdirSync(join(work, "build"));
    const child = spawn(script, [join(work, "build"), join(work, "root.tar")], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SEAWORTHY_NODE: process.execPath },
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`making base image ${recipe.name} failed (exit ${code}):\n${said.trim().split("\n").slice(-15).join("\n")}`)),
    );
  });
}

/** Makes what the cache lacks (two at a time: the slow one and the quick ones) and has the engine pull all of it from a registry that lives only for that. */
async function fromDebian(wanted: readonly Recipe[], key: string): Promise<Base[]> {
  const [slow, ...quick] = wanted;
  const stored = new Map<Recipe, { image: Stored; folder: string }>();
  const bring = async (recipe: Recipe): Promise<void> => {
    const folder = cacheEntry(recipe, key);
    stored.set(recipe, { image: await make(recipe, folder), folder });
  };
  const inTurn = async (): Promise<void> => {
    for (const recipe of quick) await bring(recipe);
  };
  const lanes = [slow ? bring(slow) : Promise.resolve(), inTurn()];
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === "rejected");
  if (failed) throw failed.reason;

  forgetOld(new Set([...stored.values()].map(({ folder }) => folder)));
  const images = wanted.map((recipe) => {
    const { image, folder } = stored.get(recipe) as { image: Stored; folder: string };
    return { recipe, repository: recipe.local, digest: image.digest, folder, config: image.config };
  });
  const registry = await serveImages(images);
  try {
    const bases: Base[] = [];
    for (const image of images) {
      const pinned = `${registry.host}/${image.repository}@${image.digest}`;
      const repository = `${registry.host}/${image.repository}`;
      const from = names(image.recipe);
      await docker(["pull", "--quiet", pinned]);
      for (const tag of [...image.recipe.tags, ...from.map((name) => localTag(repository, name))]) await docker(["tag", pinned, tag]);
      bases.push({ name: image.recipe.name, from, source: "made", pinned, repository, imageId: image.config });
      console.log(`setup: base image ${image.recipe.tags.join(", ")} is in the engine as ${pinned}`);
    }
    return bases;
  } finally {
    registry.close();
  }
}

/** Images that another recipe or older packages made, unused for a week, and what a killed set-up left half-made. */
function forgetOld(used: ReadonlySet<string>): void {
  for (const entry of readdirSync(cacheFolder, { withFileTypes: true })) {
    const folder = join(cacheFolder, entry.name);
    const ageDays = (Date.now() - statSync(folder).mtimeMs) / 86_400_000;
    if (entry.isDirectory() && !used.has(folder) && ageDays > (entry.name.startsWith(".making-") ? 0.1 : 7))
      rmSync(folder, { recursive: true, force: true });
  }
}

/** From the hub by the digest that the Dockerfiles say; undefined when any of them cannot be had (then all are made here, so that they fit together). */
async function fromHub(wanted: readonly Recipe[]): Promise<Base[] | undefined> {
  const bases: Base[] = [];
  for (const recipe of wanted) {
    const hub = recipe.hub as string;
    if (!(await pullFromHub(hub))) return undefined;
    const imageId = tryDocker(["image", "inspect", "--format", "{{.Id}}", hub]);
    if (!imageId) return undefined;
    for (const tag of recipe.tags) await docker(["tag", hub, tag]);
    bases.push({
      name: recipe.name,
      from: names(recipe),
      source: "hub",
      pinned: hub,
      repository: hub.slice(0, hub.search(/:[^/]*$/)),
      imageId,
    });
    console.log(`setup: base image ${hub} pulled from its hub`);
  }
  return bases;
}

function whyNotHere(): string | undefined {
  if (process.platform !== "linux") return `they cannot be made on ${process.platform}`;
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (!/^VERSION_CODENAME=bookworm$/m.test(release) || !/^ID=debian$/m.test(release))
    return "they can be made only on Debian 12 (bookworm)";
  if (process.getuid?.() !== 0) return "making them needs root (mmdebstrap, chroot)";
  for (const tool of ["mmdebstrap", "apt-get", "dpkg-deb", "openssl", "npm"]) {
    if (spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0) return `making them needs ${tool}, which is not installed`;
  }
  return undefined;
}

async function main(): Promise<void> {
  const engine =
    engineId() ?? cannot("no Docker Engine answers; start it (script/setup does, as root on Debian) and run script/setup again");
  const key = recipeKey();
  const known = readState(engine);
  if (!fresh && known?.key === key && inEngine(known.bases)) return;

  mkdirSync(cacheFolder, { recursive: true });
  const reason = whyNotHere();
  const hubbed = recipes.filter((recipe) => recipe.hub !== null);
  const pulled = await fromHub(hubbed);
  if (reason && !pulled)
    cannot(
      `no hub answers for the base images, and ${reason}. Next step: give this machine a way to a hub, or run script/setup as root on Debian 12.`,
    );
  if (reason) console.error(`setup: seaworthy/haproxy:2.6 was not made: ${reason}; the hub's haproxy:lts serves instead`);
  const made = reason ? [] : await fromDebian(pulled ? recipes.filter((recipe) => recipe.hub === null) : recipes, key);
  const state: State = { key, bases: [...(pulled ?? []), ...made] };
  writeFileSync(`${stateFile(engine)}.tmp`, JSON.stringify(state, null, 2));
  renameSync(`${stateFile(engine)}.tmp`, stateFile(engine));
}

await main().catch((error: unknown) => cannot(error instanceof Error ? error.message : String(error)));
