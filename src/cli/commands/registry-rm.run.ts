import { type Outcome, reporting } from "../outcome.ts";
import { type FolderFlags, liveDigests, openUpkeep, parseName } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly dryRun?: boolean;
}

export const run = reporting<Flags, [string]>(async (context, flags, name): Promise<Outcome> => {
  const { repository, tag, digest } = parseName(name);
  await using control = await openUpkeep(context, flags);
  const removed = await control.ask(
    "remove",
    {
      repository,
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest }),
      dryRun: flags.dryRun === true,
      live: [...liveDigests(context, flags)],
    },
    { signal: context.signal },
  );
  const what = digest === undefined ? `the tag ${tag}` : `${digest} with its tags ${removed.tags.join(", ") || "(none)"}`;
  return {
    exit: 0,
    human:
      flags.dryRun === true
        ? `would take ${what} from ${repository} into the trash`
        : `took ${what} from ${repository} into the trash; seaworthy registry undo brings it back`,
    json: { schema: "seaworthy/registry-removed@1", ...removed },
  };
});
