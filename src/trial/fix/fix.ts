import { isDeepStrictEqual } from "node:util";
import { resolve } from "node:path";
import { applyEdits, type Edit, type FixedFile, forTerminal, isSeaworthyError } from "../../core/index.ts";
import type { ContainerSpec, Project } from "../../project/index.ts";
import { get, type MappingNode, parseYaml, readTrees, setIn, type SetValue } from "../../source/yaml/index.ts";
import type { Proposal } from "../trial.ts";
import { type Field, FIELDS } from "./fields.ts";
import { settle, type Wish } from "./settle.ts";

/** What became of a proposal. */
export interface TakenProposal extends Proposal {
  readonly service: string;
  /** `already`: the file says so, or something stricter. */
  readonly outcome: "written" | "already" | "refused";
  /** The files that it was written into. */
  readonly files: readonly string[];
  /** Why it was refused, with the place. */
  readonly why?: string;
}

export interface ProposalFix {
  /** Files whose text changes, by the paths that the project names them by. Nothing is written. */
  readonly files: readonly FixedFile[];
  readonly proposals: readonly TakenProposal[];
}

/** What one trial proposes for a service. */
export interface ProposedFor {
  readonly service: string;
  readonly proposals: readonly Proposal[];
}

interface Taken {
  readonly project: Project;
  readonly taken: TakenProposal;
}

/** Reads the project with other texts than those on disk, by absolute path. */
type ReadAgain = (replaced: ReadonlyMap<string, string>) => Promise<Project>;

interface Reading {
  readonly read: ReadAgain;
  /** The texts on disk, by the project's paths. */
  readonly first: ReadonlyMap<string, string>;
}

const MAX_COMMENT = 140;

/** The measurement on one line. The words of a container stand in it. */
const commentOf = (because: string): string => {
  const words = forTerminal(because).replaceAll(/\s+/g, " ").trim();
  return `measured: ${words.length > MAX_COMMENT ? `${words.slice(0, MAX_COMMENT)}...` : words}`;
};

/** The compose files as they are written, lowest first, each YAML document by itself. */
const layersOf = (project: Project): readonly MappingNode[] =>
  project.files
    .filter(({ path }) => !path.endsWith(".seaworthy.yaml"))
    .flatMap((source) => readTrees(parseYaml(source)).trees.filter((tree) => tree.kind === "mapping"));

interface Target {
  readonly layer: MappingNode;
  readonly path: readonly string[];
  readonly value: SetValue;
}

/** `nofile: {soft, hard}` has its numbers below. */
const pairOf = ({ layer, path, value }: Target): readonly Target[] => {
  const there = get(layer, ...path);
  if (path.at(-2) !== "ulimits" || there?.kind !== "mapping") return [{ layer, path, value }];
  const hard = get(there, "hard");
  const isRoomy = hard?.kind === "scalar" && (Number(hard.text) === -1 || Number(hard.text) >= Number(value));
  return ["soft", ...(isRoomy ? [] : ["hard"])].map((key) => ({ layer, path: [...path, key], value }));
};

/** Where a value can be set, best first: where it is written last, else in the lowest file that has the service. */
const placesFor = (
  layers: readonly MappingNode[],
  service: string,
  { path, value }: Pick<Proposal, "path" | "value">,
): readonly (readonly Target[])[] => {
  const { otherwise } = FIELDS[path.join(".")] ?? {};
  const below = (spelling: readonly string[]): readonly string[] => ["services", service, ...spelling];
  const spellings = [path, ...(otherwise === undefined ? [] : [otherwise])];
  const written = spellings.flatMap((spelling): readonly Target[] => {
    const layer = layers.findLast((one) => get(one, ...below(spelling)) !== undefined);
    return layer === undefined ? [] : pairOf({ layer, path: below(spelling), value });
  });
  if (written.length > 0) return [written];
  const having = layers.filter((layer) => get(layer, ...below([]))?.kind === "mapping");
  return spellings.flatMap((spelling) => having.map((layer) => [{ layer, path: below(spelling), value }]));
};

/** What changed that must not have. */
const harm = (before: Project, after: Project, service: string, parts: ReadonlySet<keyof ContainerSpec>): string | undefined => {
  const specs = new Map(after.services.map((one) => [one.name, one.spec]));
  for (const { name, spec } of before.services) {
    const now = specs.get(name);
    if (now === undefined) return `${name} could no longer be read`;
    const names = new Set([...Object.keys(spec), ...Object.keys(now)]) as Set<keyof ContainerSpec>;
    const changed = [...names].filter((part) => !isDeepStrictEqual(spec[part], now[part]));
    if (name !== service && changed.length > 0) return `${name} shares what would be changed, and was not measured`;
    if (changed.some((part) => !parts.has(part))) return "it would change more than that";
  }
  return undefined;
};

/** Edits of the project's files, or why there are none. */
type Attempt = { readonly project: Project; readonly files: readonly string[] } | { readonly why: string };

const attempt = async (
  project: Project,
  service: string,
  wish: Wish,
  targets: readonly Target[],
  field: Field,
  { read, first }: Reading,
): Promise<Attempt> => {
  const edits = new Map<string, Edit[]>();
  for (const { layer, path, value } of targets) {
    const change = setIn(layer, path, value, {
      comment: commentOf(wish.because),
      ...(field.identity === undefined ? {} : { identity: field.identity }),
    });
    if ("refused" in change) return { why: `${layer.source.path}: ${change.refused}` };
    edits.set(layer.source.path, [...(edits.get(layer.source.path) ?? []), ...change.edits]);
  }
  try {
    const changed = project.files.flatMap(({ path, text }) => {
      const all = edits.get(path);
      const now = all === undefined ? text : applyEdits(text, all);
      return now === first.get(path) ? [] : [[resolve(project.folder, path), now] as const];
    });
    const after = await read(new Map(changed));
    const spec = after.services.find(({ name }) => name === service)?.spec;
    const parts = new Set([field.part, ...wish.along.flatMap(({ path }) => FIELDS[path.join(".")]?.part ?? [])]);
    const why = harm(project, after, service, parts);
    if (why !== undefined) return { why };
    if (spec === undefined || !field.holds(spec, wish.value)) return { why: "another file says otherwise and has the last word" };
    return { project: after, files: [...edits.keys()] };
  } catch (error) {
    if (isSeaworthyError(error)) return { why: `the file could then not be read: ${error.message}` };
    throw error;
  }
};

/** One proposal: what is already so is left alone; else the places where it can stand are tried, best first. */
const take = async (project: Project, service: string, wish: Wish, reading: Reading): Promise<Taken> => {
  const { along, ...proposal } = wish;
  const name = wish.path.join(".");
  const said = (outcome: TakenProposal["outcome"], files: readonly string[], why?: string): TakenProposal => ({
    ...proposal,
    service,
    outcome,
    files,
    ...(why === undefined ? {} : { why: forTerminal(why) }),
  });
  const field = FIELDS[name];
  const spec = project.services.find((one) => one.name === service)?.spec;
  if (field === undefined || spec === undefined)
    return { project, taken: said("refused", [], `${name} is not among the fields that are written`) };
  if (field.holds(spec, wish.value)) return { project, taken: said("already", []) };
  const layers = layersOf(project);
  const beside = along.flatMap((one) => placesFor(layers, service, one)[0] ?? []);
  let why: string | undefined;
  for (const targets of placesFor(layers, service, wish)) {
    const result = await attempt(project, service, wish, [...targets, ...beside], field, reading);
    if ("project" in result) return { project: result.project, taken: said("written", result.files) };
    why ??= result.why;
  }
  return { project, taken: said("refused", [], why ?? "no file has the service as a mapping") };
};

/** What one trial proposes: with a read-only root goes the folder that it needs, so all of it is written, or none. */
const takeAll = async (
  project: Project,
  { service, proposals }: ProposedFor,
  reading: Reading,
): Promise<{ readonly project: Project; readonly taken: readonly TakenProposal[] }> => {
  const spec = project.services.find(({ name }) => name === service)?.spec;
  if (spec === undefined) return { project, taken: [] };
  let now = project;
  const taken: TakenProposal[] = [];
  for (const wish of settle(proposals, spec)) {
    const one = await take(now, service, wish, reading);
    now = one.project;
    taken.push(one.taken);
  }
  const refused = taken.find(({ outcome }) => outcome === "refused");
  if (refused === undefined) return { project: now, taken };
  const why = `it goes with ${refused.path.join(".")}, which could not be written`;
  return { project, taken: taken.map((one) => (one.outcome === "written" ? { ...one, outcome: "refused", files: [], why } : one)) };
};

/**
 * Writes what trials propose into the compose files, in memory: all that one trial proposes or nothing of it, as edits that keep comments and layout, with the
 * measurement as a comment where the layout has room. The files are read again after each edit: it is kept when the service is then as proposed and nothing
 * else changed, for it or another service.
 * @param project as it was read for the trials
 * @param proposed by trial, in the order they are written
 */
export const fixProposals = async (project: Project, proposed: readonly ProposedFor[], read: ReadAgain): Promise<ProposalFix> => {
  const first = new Map(project.files.map(({ path, text }) => [path, text]));
  let now = project;
  const taken: TakenProposal[] = [];
  for (const one of proposed) {
    const result = await takeAll(now, one, { read, first });
    now = result.project;
    taken.push(...result.taken);
  }
  return {
    files: now.files.flatMap(({ path, text }) => {
      const before = first.get(path);
      return before === undefined || before === text ? [] : [{ path, before, after: text }];
    }),
    proposals: taken,
  };
};
