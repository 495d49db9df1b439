import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { type FolderFlags, liveDigests, openUpkeep } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const run = reporting<Flags, [string?]>(async (context, flags, repository): Promise<Outcome> => {
  const dryRun = flags.dryRun === true;
  await using control = await openUpkeep(context, flags);
  const { repositories, operation } = await control.ask(
    "retain",
    {
      ...(repository === undefined ? {} : { repository }),
      dryRun,
      confirmed: flags.yes === true,
      live: [...liveDigests(context, flags)],
    },
    { signal: context.signal },
  );
  const parts = repositories.map(({ repository: name, verdicts, refused }) => {
    const goes = dryRun || refused !== undefined ? "goes" : "went";
    const rows = verdicts.filter(({ keep }) => dryRun || !keep).map(({ tag, keep, reason }) => [`  ${tag}`, keep ? "stays" : goes, reason]);
    const refusal = refused === undefined ? [] : [`  not done: ${refused}. Look at it with --dry-run, then confirm with --yes.`];
    return [name, ...(rows.length === 0 ? ["  nothing goes"] : [table(rows)]), ...refusal].join("\n");
  });
  const undo = operation === undefined ? [] : [`seaworthy registry undo ${operation} brings these back.`];
  return {
    exit: repositories.some(({ refused }) => refused !== undefined) ? 1 : 0,
    human:
      parts.length === 0 ? "no rule of registry.yaml speaks of a repository that is here; every tag stays" : [...parts, ...undo].join("\n"),
    json: { schema: "seaworthy/registry-retained@1", dryRun, repositories, ...(operation === undefined ? {} : { operation }) },
  };
});
