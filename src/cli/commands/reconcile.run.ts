import { forTerminal } from "../../core/index.ts";
import { type Difference, wordsOfDifference } from "../../release/index.ts";
import { contentOf, pullCredentials } from "../../ship/index.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderPlan } from "../render/plan.ts";
import { rolloutOutcome } from "./deploy.run.ts";

export type Flags = RolloutFlags;

const SCHEMA = "seaworthy/reconcile@1";

const listed = (differences: readonly Difference[]): string =>
  ["differs from the live release:", ...differences.map((one) => `  ${forTerminal(wordsOfDifference(one))}`)].join("\n");

const jsonOf = (differences: readonly Difference[]) =>
  differences.map(({ service, words, remedy }) => ({ ...(service === undefined ? {} : { service }), words, remedy: remedy.by }));

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async ({ project, contents, releases, harbour, progress, signal, waitMs, why }): Promise<Outcome> => {
    const before = await releases.repair(project.name);
    const { differences, plan } = before;
    const found = { schema: SCHEMA, differences: jsonOf(differences) };
    if (differences.length === 0)
      return { exit: 0, human: `${project.name}: all is as the live release says`, json: { ...found, state: "same" } };
    if (flags.dryRun === true)
      return { exit: 1, human: `${listed(differences)}\n\n${renderPlan(plan)}`, json: { ...found, state: "planned", plan } };
    const repaired = await releases.reconcile(project.name, {
      why,
      progress,
      signal,
      waitMs,
      keep: project.settings.release.keep,
      content: contentOf({ project, contents }),
      credentials: pullCredentials(harbour),
    });
    if (repaired === undefined)
      return {
        exit: 1,
        human: `${listed(differences)}\nNothing of it can be put right by itself.`,
        json: { ...found, state: "left" },
      };
    const outcome = rolloutOutcome(repaired.outcome);
    return {
      ...outcome,
      human: `${listed(repaired.differences)}\n\n${outcome.human}`,
      json: { ...found, state: "repaired", rollout: outcome.json },
    };
  }),
);
