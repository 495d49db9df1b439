import { type Outcome, reporting } from "../outcome.ts";
import { type FolderFlags, openUpkeep } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly dryRun?: boolean;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  await using control = await openUpkeep(context, flags);
  const report = await control.ask("reload", { dryRun: flags.dryRun === true }, { signal: context.signal });
  const { changed, dryRun } = report;
  const sections = changed.join(", ");
  const human =
    changed.length === 0
      ? "registry.yaml says what is in effect already"
      : dryRun
        ? `registry.yaml has no mistake and would change: ${sections}`
        : `in effect as registry.yaml says now: ${sections}`;
  return { exit: 0, human, json: { schema: "seaworthy/registry-reloaded@1", ...report } };
});
