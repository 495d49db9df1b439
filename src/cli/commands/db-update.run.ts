import { SeaworthyError } from "../../core/index.ts";
import { LISTS, OSV_MIRROR, parseMirror, updateDatabase, updateFromPublished, type Updated } from "../../scan/index.ts";
import { scanSettings } from "../advisory-age.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { table } from "../render/table.ts";

export interface Flags extends OutputFlags {
  readonly db?: string;
  readonly from?: readonly string[];
  readonly ecosystem?: readonly string[];
  readonly mirror?: readonly string[];
  readonly exploited?: string;
  readonly epss?: string;
  readonly endoflife?: string;
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

const OFF = "off";

const addressIn = (flag: string, written: string): URL => {
  if (URL.canParse(written) && /^https?:\/\//i.test(written)) return new URL(written);
  throw new SeaworthyError("USAGE", `${flag} "${written.slice(0, 200)}" is no address: expected https://HOST/PATH`);
};

const WORDS = {
  current: "up to date",
  changed: "brought up to date",
  replaced: "fetched",
  missing: "not there: no mirror has it",
  failed: "failed: it is as it was",
} as const;
const WORDS_BEFORE = { ...WORDS, changed: "has changes", replaced: "would be fetched" } as const;

const outcomeOf = (folder: string, { manifest, sources }: Updated, dryRun: boolean): Outcome => {
  const failed = sources.filter(({ state }) => state === "failed" || state === "missing");
  const words = dryRun ? WORDS_BEFORE : WORDS;
  return {
    // What failed is as old as it was: a script must hear of it.
    exit: failed.length === 0 ? 0 : 7,
    human: [
      table(sources.map(({ source, state, records }) => [source, records === undefined ? "" : String(records), words[state]])),
      ...sources.flatMap(({ source, notes = [] }) => notes.map((note) => `${source}: ${note}`)),
      "",
      `${Object.keys(manifest?.shards ?? {}).length} ecosystems and releases in ${folder}`,
    ].join("\n"),
    json: { schema: "seaworthy/db-update@1", folder, dryRun, sources, shards: manifest?.shards ?? {} },
  };
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const dryRun = flags.dryRun === true;
  const common = {
    full: flags.full === true,
    dryRun,
    env: context.process.env,
    progress: progressFor(context, flags),
    signal: context.signal,
  };
  if (flags.from !== undefined) {
    const other = (["ecosystem", "mirror", "exploited", "epss", "endoflife"] as const).find((name) => flags[name] !== undefined);
    if (other !== undefined)
      throw new SeaworthyError("USAGE", `--from takes a database as somebody made it, with all that is in it: leave --${other} out`);
    const from = flags.from.map((written) => addressIn("--from", written));
    return outcomeOf(folder, await updateFromPublished(folder, { ...common, from }), dryRun);
  }
  const mirrors = flags.mirror ?? scanSettings(context)?.mirrors ?? [OSV_MIRROR];
  const lists = Object.fromEntries(
    (["exploited", "epss", "endoflife"] as const)
      .map((name) => [name, flags[name] ?? LISTS[name]] as const)
      .filter(([, written]) => written !== OFF)
      .map(([name, written]) => [name, addressIn(`--${name}`, written)]),
  );
  const options = { ...common, families: flags.ecosystem, mirrors: mirrors.map(parseMirror), lists };
  return outcomeOf(folder, await updateDatabase(folder, options), dryRun);
});
