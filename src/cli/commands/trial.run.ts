import { SeaworthyError } from "../../core/index.ts";
import { createDockerInside } from "../../engine/index.ts";
import { forgetTriedImages, trialSubject } from "../../ship/index.ts";
import { type Level, TRIALS, tryService, type TrialReport } from "../../trial/index.ts";
import { withVoyage } from "../host.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { renderTrials, trialsDocument } from "../render/trials.ts";

export interface Flags extends ProjectFlags {
  readonly level?: Level;
  readonly list?: boolean;
}

const list = (): Outcome => ({
  exit: 0,
  human: table(TRIALS.map(({ id, level, items, summary }) => [id, level, items.join(","), summary])),
  json: {
    schema: "seaworthy/trials@1",
    trials: TRIALS.map(({ id, level, items, summary, why, method, source }) => ({ id, level, items, summary, why, method, source })),
  },
});

export const run = reporting<Flags, string[]>(async (context, flags, ...names) => {
  if (flags.list === true) return list();
  return withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const { project, engine, progress, signal } = voyage;
    const unknown = names.find((name) => project.services.every((service) => service.name !== name));
    if (unknown !== undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `${project.name} has no service ${unknown}`, {
        hint: `Its services: ${project.services.map(({ name }) => name).join(", ")}.`,
      });
    const chosen = project.services.filter(({ name }) => names.length === 0 || names.includes(name));
    const inside = createDockerInside();
    const reports: TrialReport[] = [];
    try {
      for (const service of chosen) {
        const subject = await trialSubject(voyage, service);
        const level = flags.level ?? service.settings.trial.level;
        reports.push(await tryService(subject, { engine, inside, level, signal, progress }));
      }
    } finally {
      await forgetTriedImages(engine);
    }
    const disproved = reports.some(({ outcomes }) => outcomes.some(({ state }) => state === "disproved"));
    return {
      exit: disproved ? 1 : 0,
      human: reports.map((report) => renderTrials(report, context.colour.stdout)).join("\n\n"),
      json: { schema: "seaworthy/trial@1", services: reports.map(trialsDocument) },
    };
  });
});
