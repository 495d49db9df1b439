import { formatByteSize } from "../../core/index.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { type FolderFlags, liveDigests, openUpkeep } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly dryRun?: boolean;
  readonly emptyTrash?: boolean;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const dryRun = flags.dryRun === true;
  await using control = await openUpkeep(context, flags);
  const report = await control.ask(
    "collect",
    { dryRun, emptyTrash: flags.emptyTrash === true, live: [...liveDigests(context, flags)] },
    { signal: context.signal },
  );
  const { manifests, tags, heldManifests, condemned, removed, orphans, freedBytes } = report;
  const verb = dryRun ? "would go" : "went";
  const lines = [
    ...(manifests.length === 0
      ? []
      : [table(manifests.map(({ repository, digest, reason }) => [`${repository}@${digest.slice(0, 19)}`, reason]))]),
    ...tags.map((tag) => `${tag}: its image is gone`),
    `${manifests.length} of ${manifests.length + heldManifests} manifests ${verb}; ${condemned} blobs ${dryRun ? "would be" : "are"} condemned and go after the delay`,
    `${removed.length} condemned blobs and ${orphans.length} files without a record ${verb}: ${formatByteSize(freedBytes)}`,
  ];
  return { exit: 0, human: lines.join("\n"), json: { schema: "seaworthy/registry-collected@1", dryRun, ...report } };
});
