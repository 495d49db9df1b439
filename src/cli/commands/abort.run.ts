import type { DecideFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { decisionOptions, saidDecision } from "../decision.ts";

export type Flags = DecideFlags;

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> =>
    saidDecision(await voyage.releases.abort(voyage.project.name, decisionOptions(voyage)), "abort"),
  ),
);
