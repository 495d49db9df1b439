import type { Note } from "./note.ts";

/** What a value, a string and a field take beside what is in them. */
const [VALUE, TEXT, FIELD] = [48, 24, 8];

/** Bytes of memory that plain data take, roughly and rather too many. */
export const weightOf = (value: unknown): number => {
  if (typeof value === "string") return TEXT + value.length;
  if (typeof value !== "object" || value === null) return FIELD;
  let bytes = VALUE;
  if (value instanceof Map) for (const [key, one] of value) bytes += weightOf(key) + weightOf(one);
  else for (const one of Array.isArray(value) ? value : Object.values(value)) bytes += FIELD + weightOf(one);
  return bytes;
};

/** What a package takes once more in documents: its URL, where it lies, who needs it. */
const DOCUMENTED = 1200;

/** Bytes of memory that a note takes, in what is told of it as well. */
export const weightOfNote = (note: Note): number =>
  weightOf(note) + (note.kind === "cataloged" ? DOCUMENTED * note.found.packages.length : 0);
