import { createHash } from "node:crypto";
import type { KeptGate, KeptScan } from "./kept-scan.ts";

/** What would make another look find something else. */
export interface Now {
  readonly at: number;
  /** When the advisories at hand were built. */
  readonly builtAt: number;
  readonly gate: KeptScan["gate"];
  readonly every: KeptGate["rescanMs"];
  /** Of this host: a fleet that was set up at once does not work at once. */
  readonly uuid: string;
}

/** How much earlier than asked for, at most: a tenth. */
const SPREAD = 0.1;

const part = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;

/** When an image is to be looked at again, in milliseconds since the epoch; undefined: by no schedule. Of none that was scanned: now. */
export const dueAt = (
  scan: Pick<KeptScan, "at" | "advisories" | "gate" | "digest" | "service"> | undefined,
  now: Now,
): number | undefined => {
  if (now.every === "off") return undefined;
  if (scan === undefined || scan.advisories.builtAt !== now.builtAt || scan.gate !== now.gate) return now.at;
  // Of a time to come, as after a clock was put right: it says nothing about how old it is.
  if (scan.at > now.at) return now.at;
  return Math.round(scan.at + now.every * (1 - SPREAD * part(`${now.uuid} ${scan.service} ${scan.digest}`)));
};
