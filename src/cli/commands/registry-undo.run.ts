import { SeaworthyError } from "../../core/index.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { ago, table } from "../render/table.ts";
import { type FolderFlags, openUpkeep, parseName } from "../upkeep-folder.ts";

export interface Flags extends FolderFlags {
  readonly dryRun?: boolean;
}

const requestOf = (
  what: string | undefined,
): { readonly operation?: number; readonly tag?: { readonly repository: string; readonly tag: string } } => {
  if (what === undefined) return {};
  if (/^\d{1,15}$/.test(what)) return { operation: Number(what) };
  const { repository, tag } = parseName(what);
  if (tag === undefined) throw new SeaworthyError("USAGE", `"${what}" is neither the number of an operation nor REPOSITORY:TAG`);
  return { tag: { repository, tag } };
};

export const run = reporting<Flags, [string?]>(async (context, flags, what): Promise<Outcome> => {
  const request = requestOf(what);
  await using control = await openUpkeep(context, flags);
  if (flags.dryRun === true) {
    const trash = await control.ask("trash", {}, { signal: context.signal });
    const now = Date.now();
    const rows = trash.map(({ operation, kind, at, tags, tagCount, manifestCount }) => [
      String(operation),
      kind === "retain" ? "retention" : "delete",
      ago(at, now),
      `${tagCount} tags, ${manifestCount} images`,
      tags.slice(0, 3).join(", ") + (tagCount > 3 ? ", ..." : ""),
    ]);
    return {
      exit: 0,
      human: rows.length === 0 ? "the trash is empty" : table([["OPERATION", "BY", "WHEN", "WHAT", ""], ...rows]),
      json: { schema: "seaworthy/registry-trash@1", trash },
    };
  }
  const undone = await control.ask("undo", request, { signal: context.signal });
  const lines = [
    ...undone.restored.map(({ name, digest }) => (name.includes("@") ? `${name} is back` : `${name} stands for ${digest} again`)),
    ...undone.left.map(({ name, why }) => `${name} did not come back: ${why}`),
  ];
  return { exit: undone.left.length > 0 ? 1 : 0, human: lines.join("\n"), json: { schema: "seaworthy/registry-undone@1", ...undone } };
});
