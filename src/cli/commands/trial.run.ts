import { SeaworthyError } from "../../core/index.ts";
import { tryProjectService } from "../../ship/index.ts";
import { type Level, TRIALS, type TrialReport } from "../../trial/index.ts";
import { withVoyage } from "../host.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { renderTrials, trialsDocument } from "../render/trials.ts";

export interface Flags extends ProjectFlags {
  readonly level?: Level;
  readonly again?: boolean;
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
  const begun = Date.now();
  return withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const { project } = voyage;
    const unknown = names.find((name) => project.services.every((service) => service.name !== name));
    if (unknown !== undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `${project.name} has no service ${unknown}`, {
        hint: `Its services: ${project.services.map(({ name }) => name).join(", ")}.`,
      });
    const chosen = project.services.filter(({ name }) => names.length === 0 || names.includes(name));
    const reports: TrialReport[] = [];
    for (const service of chosen) {
      const level = flags.level ?? service.settings.trial.level;
      reports.push(await tryProjectService(voyage, service, { level, again: flags.again === true }));
    }
    const disproved = reports.some(({ outcomes }) => outcomes.some(({ state }) => state === "disproved"));
    return {
      exit: disproved ? 1 : 0,
      human: reports.map((report) => renderTrials(report, begun, context.colour.stdout)).join("\n\n"),
      json: { schema: "seaworthy/trial@1", services: reports.map(trialsDocument) },
    };
  });
});
