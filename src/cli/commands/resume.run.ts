import type { TrafficFlags } from "../flags.ts";
import { reporting } from "../outcome.ts";
import { sayOf } from "../traffic.ts";

export type Flags = TrafficFlags;

export const run = reporting<Flags, string[]>((context, flags, ...services) => sayOf(context, flags, services, { word: "resumed" }));
