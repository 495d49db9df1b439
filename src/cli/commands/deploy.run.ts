import { forTerminal, SeaworthyError } from "../../core/index.ts";
import { formatDropReport, outcomeExit, type RolloutOutcome } from "../../release/index.ts";
import { checkStage, contentOf, deployStage, pullCredentials } from "../../ship/index.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderPlan } from "../render/plan.ts";
import { stageOutcome } from "../render/stage.ts";

export interface Flags extends RolloutFlags {
  readonly resume?: boolean;
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
        ...(outcome.state === "rolled-back" ? outcome.reports.map((report) => `  ${formatDropReport(report)}`) : []),
        `  -> ${hint}`,
      ].join("\n"),
    ),
    json: { schema: "seaworthy/deploy@1", ...outcome, because: { code, message, problems, hint } },
  };
};

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
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
        content: contentOf(project),
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
    if (voyage.plan !== undefined) return { exit: 0, human: renderPlan(voyage.plan), json: voyage.plan };
    return voyage.outcome === undefined ? stageOutcome("deploy", result, {}, "") : rolloutOutcome(voyage.outcome);
  }),
);
