import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const EVERY_BYTES = 16 * 1024 * 1024;

/**
 * V8's own collection of what is young, about a millisecond. The flag is for contexts made after it: no global of ours changes. Each collection counts what survived it,
 * and V8 makes the young space larger when that adds up, to 128 MiB of which every page is touched in turn; what a transfer needs is the same small set all along.
 */
const collector = (): ((options: { readonly type: "minor" }) => void) | undefined => {
  setFlagsFromString("--expose-gc");
  setFlagsFromString("--semi-space-growth-factor=1");
  const gc: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
  return typeof gc === "function" ? (options) => void gc(options) : undefined;
};

let collect: ReturnType<typeof collector>;
let asked = false;
let since = 0;

/**
 * Counts bytes that passed through, and lets go of the memory they came in. Node's http takes 64 KiB anew for each read of a socket, a layer's files are read by
 * half a megabyte, and V8 sees only the small object in front of it: a hundred megabytes were waiting for a collection that had no reason to come
 * (`script/bench registry`, `script/bench scan`).
 */
export const countPassed = (bytes: number): void => {
  since += bytes;
  if (since < EVERY_BYTES) return;
  since = 0;
  if (!asked) collect = collector();
  asked = true;
  collect?.({ type: "minor" });
};
