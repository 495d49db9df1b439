import { parseDuration } from "../../core/index.ts";
import type { TrafficFlags } from "../flags.ts";
import { reporting } from "../outcome.ts";
import { sayOf } from "../traffic.ts";

export interface Flags extends TrafficFlags {
  readonly for?: string;
}

export const run = reporting<Flags, string[]>((context, flags, ...services) =>
  sayOf(context, flags, services, { word: "paused", forMs: parseDuration(flags.for ?? "30s") }),
);
