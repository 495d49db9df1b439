import { resolve } from "node:path";
import { forTerminal, SeaworthyError } from "../../core/index.ts";
import { formatDropReport, outcomeExit, readPlanFile, type RolloutOutcome, writePlanFile } from "../../release/index.ts";
import { checkStage, contentOf, deployStage, pullCredentials, type Voyage } from "../../ship/index.ts";
import type { Context } from "../context.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderChanges } from "../render/changes.ts";
import { renderPlan } from "../render/plan.ts";
import { stageOutcome } from "../render/stage.ts";

export interface Flags extends RolloutFlags {
  readonly resume?: boolean;
  readonly planFile?: string;
  readonly plan?: string;
  readonly scan?: boolean;
}

const ended = (outcome: Exclude<RolloutOutcome, { state: "live" }>): string => {
  const { release, because } = outcome;
  switch (outcome.state) {
    case "paused":
      return `release r${release} waits at ${outcome.step}: ${because.message}`;
    case "reverted":
      return `release r${release} was taken back; the previous one serves: ${because.message}`;
    case "rolled-back":
      return `release r${release} failed; r${outcome.by} brought r${outcome.to} back, which serves: ${because.message}`;
    case "rollback-failed":
      return because.message;
  }
};

/** How a rollout ended, as a command says it. */
export const rolloutOutcome = (outcome: RolloutOutcome): Outcome => {
  if (outcome.state === "live")
    return {
      exit: 0,
      human: [
        `release r${outcome.release} is live after ${outcome.seconds} s`,
        ...outcome.reports.map((report) => `  ${formatDropReport(report)}`),
      ].join("\n"),
      json: { schema: "seaworthy/deploy@1", ...outcome },
    };
  const { code, message, problems, hint } = outcome.because;
  const words = ended(outcome);
  return {
    exit: outcomeExit(outcome),
    human: forTerminal(
      [
        words,
        ...problems.map((line) => `  ${line}`),
        ...("reports" in outcome ? (outcome.reports ?? []) : []).map((report) => `  ${formatDropReport(report)}`),
        `  -> ${hint}`,
      ].join("\n"),
    ),
    json: { schema: "seaworthy/deploy@1", ...outcome, because: { code, message, problems, hint } },
  };
};

const assertTogether = ({ dryRun, resume, plan, planFile, scan }: Flags): void => {
  const refuse = (message: string): never => {
    throw new SeaworthyError("USAGE", message);
  };
  if (planFile !== undefined && dryRun !== true) refuse("--plan-file writes what --dry-run shows; give both");
  if (scan === true && dryRun !== true)
    refuse("--scan reads images for what --dry-run shows; give both. A deploy reads what it has to by itself");
  if (plan !== undefined && (dryRun === true || resume === true))
    refuse(`--plan does what was planned, and --${resume === true ? "resume" : "dry-run"} does something else; give one of them`);
};

const deploy = (context: Context, flags: Flags): Promise<Outcome> => {
  const approved = flags.plan === undefined ? {} : { approved: readPlanFile(resolve(context.cwd, flags.plan)) };
  const work = async (voyage: Voyage): Promise<Outcome> => {
    const { project, releases, progress, signal, waitMs } = voyage;
    if (flags.resume === true) {
      if (flags.dryRun === true)
        throw new SeaworthyError("USAGE", "--resume goes on with a plan that was made; there is nothing to plan", {
          hint: "seaworthy status shows which step it stopped at.",
        });
      const outcome = await releases.resume(project.name, {
        progress,
        signal,
        waitMs,
        keep: project.settings.release.keep,
        content: contentOf(voyage),
        credentials: pullCredentials(voyage.harbour),
      });
      return outcome === undefined
        ? {
            exit: 0,
            human: `${project.name}: no rollout is unfinished`,
            json: { schema: "seaworthy/deploy@1", state: "nothing-to-resume" },
          }
        : rolloutOutcome(outcome);
    }
    const checked = await checkStage.run(voyage);
    if (checked.state === "refused") return stageOutcome("check", checked, {}, "");
    const result = await deployStage.run(voyage);
    if (voyage.sealed !== undefined && flags.planFile !== undefined) writePlanFile(resolve(context.cwd, flags.planFile), voyage.sealed);
    if (voyage.plan !== undefined) {
      const { plan, changes } = voyage;
      const human = [...(changes === undefined ? [] : [renderChanges(changes), ""]), renderPlan(plan)].join("\n");
      return { exit: 0, human, json: { ...plan, ...(changes === undefined ? {} : { changes }) } };
    }
    return voyage.outcome === undefined ? stageOutcome("deploy", result, {}, "") : rolloutOutcome(voyage.outcome);
  };
  return withVoyage(context, flags, work, { ...approved, sealing: flags.planFile !== undefined, readsForDiff: flags.scan === true });
};

export const run = reporting<Flags, []>(async (context, flags) => {
  assertTogether(flags);
  return await deploy(context, flags);
});
