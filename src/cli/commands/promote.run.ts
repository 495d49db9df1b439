import type { DecideFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { decisionOptions, saidDecision } from "../decision.ts";

export interface Flags extends DecideFlags {
  readonly full?: boolean;
}

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const { project, releases } = voyage;
    return saidDecision(await releases.promote(project.name, { ...decisionOptions(voyage), full: flags.full === true }), "promote");
  }),
);
