import { type Evidence, ITEMS } from "../../checklist/index.ts";
import { isoTime } from "../../core/index.ts";
import type { Service } from "../../project/index.ts";
import { type Level, trialEvidence, type TrialReport } from "../../trial/index.ts";
import { gateOn } from "../gate.ts";
import { triedBefore, tryProjectService } from "../try-services.ts";
import type { Stage, Voyage } from "../voyage.ts";

const ITEMS_OF_TRIALS = ITEMS.filter(({ evidence }) => evidence.includes("trial")).map(({ id }) => id);

/** Why nothing was tried of a service, said of every item that a trial could have proven. */
const untried = (service: string, reason: string, at: number): readonly Evidence[] =>
  ITEMS_OF_TRIALS.map((item) => ({
    item,
    subject: { kind: "service", service },
    kind: "trial",
    verdict: { state: "not-tried", reason: `only a trial can prove it, and ${reason}` },
    source: "ship/trial",
    because: reason,
    at,
  }));

/** What it is tried to know of any service, without running anything. */
const LEAST: Level = "quick";

const reportOn = async (voyage: Voyage, service: Service): Promise<TrialReport | string> => {
  const { ship: level } = service.settings.trial;
  const before = await triedBefore(voyage, service, level ?? LEAST);
  if (before !== undefined) return before;
  if (level === undefined) return `this image of ${service.name} was not tried: seaworthy trial ${service.name}, or x-seaworthy.trial.ship`;
  if (voyage.dryRun) return `a dry run tries nothing: ${service.name} would be tried at the level ${level}`;
  return tryProjectService(voyage, service, { level });
};

const wordsOf = ({ subject, at, level, outcomes }: TrialReport, begun: number): string => {
  const count = (state: string): number => outcomes.filter((one) => one.state === state).length;
  const when = at < begun ? `, of ${isoTime(at)}` : "";
  return `${subject.service}: ${count("proven")} proven, ${count("disproved")} disproved, ${count("not-tried")} not tried (${level}${when})`;
};

export const trial: Stage = {
  name: "trial",
  brief: "the container run and proven in a harmless place",
  run: async (voyage) => {
    const begun = voyage.clock.now();
    const told: string[] = [];
    const reasons: string[] = [];
    for (const service of voyage.project.services) {
      const report = await reportOn(voyage, service);
      if (typeof report === "string") {
        reasons.push(report);
        voyage.evidence.push(...untried(service.name, report, begun));
      } else {
        told.push(wordsOf(report, begun));
        voyage.evidence.push(...trialEvidence(report));
      }
    }
    const [reason = "the project has no services"] = reasons;
    if (told.length === 0) return { state: "not-tried", reason };
    return gateOn(voyage, new Set(ITEMS_OF_TRIALS), "disproof") ?? { state: "passed", words: told.join("; ") };
  },
};
