import { SeaworthyError } from "../../core/index.ts";
import { LISTS, OSV_MIRROR, parseMirror, updateDatabase } from "../../scan/index.ts";
import { scanSettings } from "../advisory-age.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { table } from "../render/table.ts";

export interface Flags extends OutputFlags {
  readonly db?: string;
  readonly ecosystem?: readonly string[];
  readonly mirror?: readonly string[];
  readonly exploited?: string;
  readonly epss?: string;
  readonly endoflife?: string;
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

const OFF = "off";

/** Lists have whole addresses, not folders. */
const listAt = (flag: string, written: string): URL => {
  if (URL.canParse(written) && /^https?:\/\//i.test(written)) return new URL(written);
  throw new SeaworthyError("USAGE", `--${flag} "${written.slice(0, 200)}" is no address: expected https://HOST/FILE, or off`);
};

const WORDS = {
  current: "up to date",
  changed: "brought up to date",
  replaced: "fetched",
  missing: "not there: no mirror has it",
  failed: "failed: it is as it was",
} as const;
const WORDS_BEFORE = { ...WORDS, changed: "has changes", replaced: "would be fetched" } as const;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const mirrors = flags.mirror ?? scanSettings(context)?.mirrors ?? [OSV_MIRROR];
  const lists = Object.fromEntries(
    (["exploited", "epss", "endoflife"] as const)
      .map((name) => [name, flags[name] ?? LISTS[name]] as const)
      .filter(([, written]) => written !== OFF)
      .map(([name, written]) => [name, listAt(name, written)]),
  );
  const dryRun = flags.dryRun === true;
  const { manifest, sources } = await updateDatabase(folder, {
    families: flags.ecosystem,
    mirrors: mirrors.map(parseMirror),
    lists,
    full: flags.full === true,
    dryRun,
    env: context.process.env,
    progress: progressFor(context, flags),
    signal: context.signal,
  });
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
});
