import { forTerminal, SeaworthyError } from "../../core/index.ts";
import { changesOf, crossingWords, rollback, rollbackSources, sourceWords } from "../../ship/index.ts";
import { saidDecision } from "../decision.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderChanges } from "../render/changes.ts";
import { renderPlan } from "../render/plan.ts";
import { rolloutOutcome } from "./deploy.run.ts";

export interface Flags extends RolloutFlags {
  readonly to?: string;
}

const releaseNumber = (text: string): number => {
  const number = Number(/^r?(\d{1,9})$/.exec(text)?.[1]);
  if (!Number.isInteger(number))
    throw new SeaworthyError("USAGE", `--to ${text} is not a release: expected rN, as seaworthy history names it`);
  return number;
};

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const { project, releases } = voyage;
    const to = flags.to === undefined ? undefined : releaseNumber(flags.to);
    if (flags.dryRun === true) {
      const target = releases.rollbackTarget(project.name, to, project.settings.release.keep);
      const plan = await releases.plan(target.manifest, "rollback");
      const changes = await changesOf(voyage, target.manifest, releases.evidenceOf(project.name, target.release));
      const sources = await rollbackSources(voyage, target.manifest);
      const head = [`back to r${target.release} (${target.manifest.version})`, ...crossingWords(target.crosses), ...sourceWords(sources)];
      return {
        exit: 0,
        human: [...head, "", renderChanges(changes), "", renderPlan(plan)].map(forTerminal).join("\n"),
        json: { ...plan, crosses: target.crosses, sources, changes },
      };
    }
    const { target, outcome, aborted } = await rollback(voyage, to);
    const said = aborted === true ? saidDecision(outcome, "abort") : rolloutOutcome(outcome);
    return { ...said, human: `back to r${target}\n${said.human}` };
  }),
);
