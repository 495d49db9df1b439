import { SeaworthyError } from "../../core/index.ts";
import type { TrafficFlags } from "../flags.ts";
import { reporting } from "../outcome.ts";
import { sayOf } from "../traffic.ts";

export type Flags = TrafficFlags;

export const run = reporting<Flags, string[]>((context, flags, way, ...services) => {
  if (way !== "on" && way !== "off")
    throw new SeaworthyError("USAGE", `seaworthy maintenance needs on or off${way === undefined ? "" : `, and got ${way}`}`, {
      hint: "As in: seaworthy maintenance on web",
    });
  return sayOf(context, flags, services, { word: way === "on" ? "closed" : "opened" });
});
