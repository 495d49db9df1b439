import { type Outcome, reporting } from "../outcome.ts";
import { ago, table } from "../render/table.ts";
import { type FolderFlags, openUpkeep } from "../upkeep-folder.ts";

export type Flags = FolderFlags;

export const run = reporting<Flags, [string]>(async (context, flags, repository): Promise<Outcome> => {
  await using control = await openUpkeep(context, flags);
  const tags = await control.ask("tags", { repository }, { signal: context.signal });
  const now = Date.now();
  const rows = tags.map(({ tag, digest, immutable, movedAt, pulls, pulledAt }) => [
    tag,
    digest.slice(0, 19),
    immutable ? "never moves" : "moves",
    ago(movedAt, now),
    pulledAt === 0 ? "never" : `${pulls === 0 ? "by digest" : `${pulls} x`}, ${ago(pulledAt, now)}`,
  ]);
  return {
    exit: 0,
    human: rows.length === 0 ? `${repository} has no tags` : table([["TAG", "DIGEST", "", "PUSHED", "PULLED"], ...rows]),
    json: { schema: "seaworthy/registry-tags@1", repository, tags },
  };
});
