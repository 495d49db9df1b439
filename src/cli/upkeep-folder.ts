import { join, resolve } from "node:path";
import { type Digest, SeaworthyError, stateFolderPath } from "../core/index.ts";
import { type Control, openControl } from "../registry/index.ts";
import { recordedDigests } from "../release/index.ts";
import type { Context } from "./context.ts";
import type { OutputFlags } from "./outcome.ts";

/** Which registry an upkeep command is about. */
export interface FolderFlags extends OutputFlags {
  readonly data?: string;
}

const ownFolder = (context: Context): string => join(stateFolderPath(context.process.env), "registry");

const folderOf = (context: Context, { data }: FolderFlags): string =>
  data === undefined ? ownFolder(context) : resolve(context.cwd, data);

/** The folder that is named, or that of this host's embedded registry. */
export const openUpkeep = (context: Context, flags: FolderFlags): Promise<Control> => openControl(folderOf(context, flags));

/** Digests of releases that this host's journal names: of its embedded registry these stay, whatever a rule says. None for another registry. */
export const liveDigests = (context: Context, flags: FolderFlags): readonly Digest[] =>
  folderOf(context, flags) === ownFolder(context) ? recordedDigests(stateFolderPath(context.process.env)) : [];

/** `repository:tag` or `repository@digest`, without a host. @throws USAGE */
export const parseName = (text: string): { readonly repository: string; readonly tag?: string; readonly digest?: string } => {
  const match = /^([a-z0-9][a-z0-9._/-]*)(?:@((?:sha256|sha512):[0-9a-f]+)|:([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))$/.exec(text);
  const [, repository, digest, tag] = match ?? [];
  if (repository === undefined)
    throw new SeaworthyError("USAGE", `"${text.slice(0, 200)}" is not REPOSITORY:TAG or REPOSITORY@DIGEST, as in team/app:1.2.3`, {
      hint: "The name stands without the registry's host.",
    });
  return { repository, ...(digest === undefined ? {} : { digest }), ...(tag === undefined ? {} : { tag }) };
};
