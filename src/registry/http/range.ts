/** First and last byte, both inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * One range of RFC 9110 section 14.1.2. Undefined: send everything (no range, several, or a unit we do not know).
 * "unsatisfiable": nothing of it is there, or it ends before it begins (section 15.5.17 allows 416 for either).
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") return Number(last) === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size - 1 };
  const start = Number(first);
  return start >= size || (last !== "" && Number(last) < start)
    ? "unsatisfiable"
    : { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
};

/** `Content-Range: <start>-<end>` of an upload's chunk, which has no unit (distribution-spec, "Pushing a blob in chunks"). */
export const parseChunkRange = (header: string): ByteRange | undefined => {
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(header.trim());
  return match === null || Number(match[2]) < Number(match[1]) ? undefined : { start: Number(match[1]), end: Number(match[2]) };
};
