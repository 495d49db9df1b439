import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { forTerminal, SeaworthyError, writeFileAtomic } from "../../core/index.ts";
import { loadProject, type Project } from "../../project/index.ts";
import { renderTrialPage } from "../../report/index.ts";
import { tryProjectService } from "../../ship/index.ts";
import { fixProposals, type Level, type ProposalFix, TRIALS, type TrialReport } from "../../trial/index.ts";
import { loadOptionsOf } from "../chosen-project.ts";
import type { Context } from "../context.ts";
import { writeFixed } from "../fixed-files.ts";
import type { ProjectFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { proposalFixDocument, renderProposalFix } from "../render/proposal-fix.ts";
import { renderTrials, trialsDocument } from "../render/trials.ts";
import { VERSION } from "../version.ts";

export interface Flags extends ProjectFlags {
  readonly level?: Level;
  readonly again?: boolean;
  readonly list?: boolean;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly html?: string;
}

const list = (): Outcome => ({
  exit: 0,
  human: table(TRIALS.map(({ id, level, items, summary }) => [id, level, items.join(","), summary])),
  json: {
    schema: "seaworthy/trials@1",
    trials: TRIALS.map(({ id, level, items, summary, why, method, source }) => ({ id, level, items, summary, why, method, source })),
  },
});

/** Where the page goes. That it cannot is said before anything is tried. @throws USAGE */
const pagePath = (context: Context, { html }: Flags): string | undefined => {
  if (html === undefined) return undefined;
  const path = resolve(context.cwd, html);
  const isFolder = (one: string): boolean => statSync(one, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder(path)) throw new SeaworthyError("USAGE", `--html ${html} is a folder: name the file to write`);
  if (!isFolder(dirname(path))) throw new SeaworthyError("USAGE", `--html ${html}: there is no folder ${dirname(path)}`);
  return path;
};

/** What the trials propose, written into the files of the project unless that is only to be seen. */
const fixed = async (context: Context, flags: Flags, project: Project, reports: readonly TrialReport[]): Promise<ProposalFix> => {
  const fix = await fixProposals(
    project,
    reports.flatMap(({ subject, outcomes }) => outcomes.map(({ proposals = [] }) => ({ service: subject.service, proposals }))),
    (replaced) => loadProject({ ...loadOptionsOf(context, flags), git: false, replaced }),
  );
  if (flags.dryRun !== true) writeFixed(project.folder, fix.files, "tried");
  return fix;
};

export const run = reporting<Flags, string[]>(async (context, flags, ...names) => {
  if (flags.list === true) return list();
  if (flags.dryRun === true && flags.fix !== true) throw new SeaworthyError("USAGE", "--dry-run shows what --fix would do: give both");
  const page = pagePath(context, flags);
  const begun = Date.now();
  // Images are built and tried either way: what is dry is the file.
  const { dryRun: _, ...rest } = flags;
  return withVoyage(context, rest, async (voyage): Promise<Outcome> => {
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
    const services = reports.map(trialsDocument);
    if (page !== undefined) writeFileAtomic(page, renderTrialPage(services, { project: project.name, version: VERSION }));
    const fix = flags.fix === true ? await fixed(context, flags, project, reports) : undefined;
    const dryRun = flags.dryRun === true;
    return {
      exit: disproved ? 1 : 0,
      human: [
        ...reports.map((report) => renderTrials(report, begun, context.colour.stdout)),
        ...(fix === undefined ? [] : [renderProposalFix(fix, dryRun)]),
        ...(page === undefined ? [] : [`page: ${forTerminal(page)}`]),
      ].join("\n\n"),
      json: {
        schema: "seaworthy/trial@1",
        services,
        ...(fix === undefined ? {} : { fixed: proposalFixDocument(fix, dryRun) }),
      },
    };
  });
});
