import { formatByteSize } from "../../core/index.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { ago, table } from "../render/table.ts";
import { type FolderFlags, openUpkeep } from "../upkeep-folder.ts";

export type Flags = FolderFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  await using control = await openUpkeep(context, flags);
  const repositories = await control.ask("repositories", {}, { signal: context.signal });
  const now = Date.now();
  const rows = repositories.map(({ repository, kind, tags, manifests, sizeBytes, movedAt }) => [
    repository,
    kind,
    String(tags),
    String(manifests),
    formatByteSize(sizeBytes),
    movedAt === 0 ? "-" : ago(movedAt, now),
  ]);
  return {
    exit: 0,
    human:
      rows.length === 0 ? "nothing was pushed yet" : table([["REPOSITORY", "KIND", "TAGS", "MANIFESTS", "SIZE", "LAST PUSH"], ...rows]),
    json: { schema: "seaworthy/registry-repositories@1", repositories },
  };
});
