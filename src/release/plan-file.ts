import * as v from "valibot";
import {
  canonicalJson,
  type Digest,
  digestOf,
  isDigest,
  type Json,
  readTextFile,
  SeaworthyError,
  writeFileAtomic,
  wordsOf,
} from "../core/index.ts";
import type { Live } from "./live.ts";
import { manifestDigest, type ReleaseManifest } from "./manifest.ts";
import type { Plan } from "./plan.ts";

/**
 * What was approved: a plan, and what it was made from. Whoever applies it makes the plan again and compares; nothing in the file is ever done because
 * it stands there.
 */
export interface PlanFile {
  readonly schema: "seaworthy/plan-file@1";
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly who: string;
  /** Of the release manifest without the branch it was made on. */
  readonly manifest: Digest;
  /** Parts of the manifest by name, each with its digest: to say which one changed. */
  readonly parts: Readonly<Record<string, string>>;
  /** What was there when the plan was made, by name: to say what moved. */
  readonly world: Readonly<Record<string, string>>;
  /** Of `plan`, which names that manifest, as JSON with sorted keys. */
  readonly digest: Digest;
  /** For people and their tools. */
  readonly plan: Plan;
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
const digest = (value: unknown): Digest => digestOf(canonicalJson(asJson(value)));

/** Where a commit was checked out is no part of what is released. */
const withoutBranch = ({ source, ...manifest }: ReleaseManifest): ReleaseManifest => {
  if (source === undefined) return manifest;
  const { branch: _, ...rest } = source;
  return { ...manifest, source: rest };
};

const partsOf = ({ services, networks, volumes, source, ...rest }: ReleaseManifest): PlanFile["parts"] => ({
  ...(source === undefined ? {} : { commit: source.commit, "changes in no commit": String(source.dirty) }),
  ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, digest(value)])),
  ...Object.fromEntries(
    services.flatMap(({ name, image, ...service }) => [
      [`image of ${name}`, image.digest],
      [`configuration of ${name}`, digest(service)],
    ]),
  ),
  networks: digest(networks),
  volumes: digest(volumes),
});

/** What planning looks at, by names that people know. */
const worldOf = (manifest: ReleaseManifest, live: Live, release: number): PlanFile["world"] => {
  const own = (names: readonly { readonly name: string }[], kind: string, there: ReadonlySet<string>) =>
    names.flatMap(({ name }) => (there.has(name) ? [[`${kind} ${name}`, "there"] as const] : []));
  return Object.fromEntries([
    ["next release", `r${release}`],
    ["engine", `${live.platform.os}/${live.platform.architecture}`],
    ...live.containers.map(({ name, state, sha, digest: image, address }) => [
      `container ${name}`,
      `${state} ${sha} ${image} ${address ?? ""}`.trim(),
    ]),
    ...own(manifest.networks, "network", live.networks),
    ...own(manifest.volumes, "volume", live.volumes),
    ...[...live.addressed].map(([name, { subnet, used }]) => [`addresses in ${name}`, `${subnet} ${[...used].toSorted().join(" ")}`]),
    ...[...live.backends].map(([name, backend]) => [`${name} in the proxy`, digest(backend)]),
  ]) as PlanFile["world"];
};

export const sealPlan = (
  manifest: ReleaseManifest,
  live: Live,
  plan: Plan,
  { who, madeAt }: Pick<PlanFile, "who" | "madeAt">,
): PlanFile => {
  const released = manifestDigest(withoutBranch(manifest));
  return {
    schema: "seaworthy/plan-file@1",
    project: manifest.project,
    madeAt,
    who,
    manifest: released,
    parts: partsOf(manifest),
    world: worldOf(manifest, live, plan.release),
    digest: digest({ ...plan, manifest: released }),
    plan,
  };
};

const differences = (before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted().flatMap((name) => {
    // A name such as `constructor` is nothing of ours.
    const [was, is] = [before, now].map((facts) => (Object.hasOwn(facts, name) ? facts[name] : undefined));
    if (was === is) return [];
    const short = (text: string | undefined): string => (text ?? "").replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]+/g, "$1").slice(0, 120);
    if (was === undefined) return [`${name.slice(0, 200)} has come`];
    return [is === undefined ? `${name.slice(0, 200)} is gone` : `${name.slice(0, 200)} was ${short(was)} and is ${short(is)}`];
  });

/** What of a plan file is compared. The rest of it is not looked at. */
export type Approved = Pick<PlanFile, "project" | "manifest" | "parts" | "world" | "digest">;

/** @throws PLAN_OUT_OF_DATE with each thing that moved, when the plan that would be done now is not the approved one */
export const assertApproved = (approved: Approved, now: PlanFile): void => {
  const refuse = (why: string, problems: readonly string[]): never => {
    throw new SeaworthyError("PLAN_OUT_OF_DATE", `the approved plan is not what would be done now: ${why}`, { problems });
  };
  if (approved.project !== now.project) refuse(`it is for ${approved.project}, and this is ${now.project}`, []);
  const parts = differences(approved.parts, now.parts);
  if (approved.manifest !== now.manifest) refuse("something else would be released", parts);
  const moved = differences(approved.world, now.world);
  if (approved.digest === now.digest && moved.length === 0) return;
  refuse(
    moved.length === 0
      ? "the steps differ, so another version of Seaworthy made it, or another hand changed the file"
      : "what it was made for has changed",
    moved,
  );
};

/** A plan of a thousand services is some megabytes. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_FACTS = 20_000;

const digestSchema = v.custom<Digest>((value) => typeof value === "string" && isDigest(value), "expected a digest");
const factsSchema = v.pipe(
  v.record(v.pipe(v.string(), v.maxLength(1000)), v.pipe(v.string(), v.maxLength(100_000))),
  v.check((facts) => Object.keys(facts).length <= MAX_FACTS, `more than ${MAX_FACTS} entries`),
);
const schema = v.object({
  schema: v.literal("seaworthy/plan-file@1"),
  project: v.pipe(v.string(), v.maxLength(200)),
  manifest: digestSchema,
  parts: factsSchema,
  world: factsSchema,
  digest: digestSchema,
});

/** Readable by its owner alone: a plan has the environment of its containers in it. */
export const writePlanFile = (path: string, file: PlanFile): void =>
  writeFileAtomic(path, `${JSON.stringify(file, undefined, 1)}\n`, 0o600);

/** @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID when it is no plan file */
export const readPlanFile = (path: string): Approved => {
  const text = readTextFile(path, MAX_BYTES);
  const invalid = (why: string, cause?: unknown): SeaworthyError =>
    new SeaworthyError("INPUT_INVALID", `${path} is not a plan file: ${why}`, {
      cause,
      hint: "seaworthy deploy --dry-run --plan-file FILE writes one.",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(wordsOf(error).slice(0, 200), error);
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw invalid(
    `${(issue.path ?? [])
      .map(({ key }) => String(key))
      .join(".")
      .slice(0, 200)}: ${issue.message.slice(0, 200)}`,
  );
};
