import { parseByteSize, parseDuration, SeaworthyError, systemClock } from "../../core/index.ts";
import type { Keep, PruneSettings } from "../../project/index.ts";
import { prune, type PruneReport } from "../../ship/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { Context } from "../context.ts";
import type { ChangeFlags } from "../flags.ts";
import { cacheFolder } from "../cache-folder.ts";
import { openHost, openServer } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { renderPruned } from "../render/pruned.ts";

export interface Flags extends ChangeFlags {
  readonly wait?: string;
  readonly all?: boolean;
  readonly dangling?: boolean;
  readonly buildCache?: boolean;
  readonly olderThan?: string;
  readonly maxSize?: string;
}

/** Where no project says otherwise: those of the settings. */
const DEFAULTS: PruneSettings = { danglingMs: 86_400_000, buildCache: { unusedMs: 7 * 86_400_000 } };

const assertTogether = ({ all, file, env, profile, dangling, buildCache, olderThan, maxSize }: Flags): void => {
  const refuse = (message: string): never => {
    throw new SeaworthyError("USAGE", message);
  };
  if (all === true && (file !== undefined || env !== undefined || profile !== undefined))
    refuse("--all is every project of this host, and --file, --env and --profile choose one; give one of them");
  if (olderThan !== undefined && dangling !== true && buildCache !== true)
    refuse("--older-than says what --dangling or --build-cache take; how long releases are kept is x-seaworthy.release.keepFor");
  if (maxSize !== undefined && buildCache !== true) refuse("--max-size bounds what --build-cache leaves; give both");
};

const boundsOf = ({ dangling, buildCache, olderThan, maxSize }: Flags, settings: PruneSettings) => {
  const ageMs = olderThan === undefined ? undefined : parseDuration(olderThan);
  const maxBytes = maxSize === undefined ? settings.buildCache.maxBytes : parseByteSize(maxSize);
  return {
    ...(dangling === true ? { dangling: { danglingMs: ageMs ?? settings.danglingMs } } : {}),
    ...(buildCache === true
      ? { buildCache: { unusedMs: ageMs ?? settings.buildCache.unusedMs, ...(maxBytes === undefined ? {} : { maxBytes }) } }
      : {}),
  };
};

/** Projects whose last release did not say what it keeps are left as they are. */
const known = (keeps: ReadonlyMap<string, Keep | undefined>): ReadonlyMap<string, Keep> =>
  new Map([...keeps].flatMap(([project, keep]) => (keep === undefined ? [] : [[project, keep] as const])));

const unknownOf = (keeps: ReadonlyMap<string, Keep | undefined>): PruneReport["busy"] =>
  [...keeps]
    .filter(([, keep]) => keep === undefined)
    .map(([project]) => ({ project, because: "its last release did not say what it keeps; run seaworthy prune in its folder" }));

export const run = reporting<Flags, []>(async (context: Context, flags): Promise<Outcome> => {
  assertTogether(flags);
  const project = flags.all === true ? undefined : await projectOf(context, flags);
  using host = project === undefined ? openServer(context) : await openHost(context, project);
  const { engine, releases, state } = host;
  const report = await prune({
    engine,
    releases,
    state,
    cacheFolder: cacheFolder(context.process.env),
    clock: systemClock,
    keeps: project === undefined ? known(releases.recordedKeeps()) : new Map([[project.name, project.settings.release.keep]]),
    ...boundsOf(flags, project?.settings.prune ?? DEFAULTS),
    dryRun: flags.dryRun === true,
    progress: progressFor(context, flags),
    signal: context.signal,
    waitMs: flags.wait === undefined ? 0 : parseDuration(flags.wait),
  });
  const told = { ...report, busy: [...report.busy, ...(project === undefined ? unknownOf(releases.recordedKeeps()) : [])] };
  return { exit: 0, human: renderPruned(told), json: { schema: "seaworthy/prune@1", ...told } };
});
