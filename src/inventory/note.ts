import type { NoteCodec } from "../image/index.ts";
import type { SecretInText } from "../source/secrets/index.ts";
import type { Cataloged } from "./cataloger.ts";

/** What is remembered of a file. Plain data, so that it can be kept (`noteCodec`). */
export type Note =
  | { readonly kind: "cataloged"; readonly by: string; readonly found: Cataloged }
  | { readonly kind: "os-release"; readonly text: string }
  | { readonly kind: "secrets"; readonly secrets: readonly SecretInText[] }
  | { readonly kind: "unread"; readonly because: string };

const isNote = (value: unknown): value is Note => typeof value === "object" && value !== null && "kind" in value;

/** Everything but a map is JSON already. Entries are read by the code that wrote them. */
export const noteCodec: NoteCodec<Note> = {
  write: (note) =>
    note.kind === "cataloged" && note.found.owns !== undefined ? { ...note, found: { ...note.found, owns: [...note.found.owns] } } : note,
  read: (value) => {
    if (!isNote(value)) return undefined;
    if (value.kind !== "cataloged" || value.found.owns === undefined) return value;
    return { ...value, found: { ...value.found, owns: new Map(value.found.owns) } };
  },
};
