import { sha256Hex } from "./sha256.ts";

/** A version 8 UUID (RFC 9562, 5.8) of a text: the same document has the same one. */
export const uuidOf = (text: string): string => {
  const hex = sha256Hex(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${((Number.parseInt(hex.slice(16, 17), 16) % 4) + 8).toString(16)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
