import type { Hash } from "node:crypto";

let hash: (() => Hash) | undefined;

/** 64 hex digits. Node's crypto is loaded for the first of them: `seaworthy check`, which mostly asks for none, would spend 3 ms of its hundred on it. */
export const sha256Hex = (bytes: Uint8Array | string): string => {
  if (hash === undefined) {
    const { createHash } = process.getBuiltinModule("node:crypto");
    hash = () => createHash("sha256");
  }
  return hash().update(bytes).digest("hex");
};
