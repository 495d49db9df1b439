import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { forTerminal, SeaworthyError, writeFileAtomic } from "../../core/index.ts";
import { loadProject, type Project } from "../../project/index.ts";
import { renderTrialPage } from "../../report/index.ts";
import { type ImageSource, type ImageTrial, tryImage, tryProjectService } from "../../ship/index.ts";
import { fixProposals, type Level, type ProposalFix, TRIALS, type TrialOutcome, type TrialReport, waivedBy } from "../../trial/index.ts";
import { loadOptionsOf } from "../chosen-project.ts";
import type { Context } from "../context.ts";
import { writeFixed } from "../fixed-files.ts";
import type { ProjectFlags } from "../flags.ts";
import { openServer, withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { table } from "../render/table.ts";
import { proposalFixDocument, renderProposalFix } from "../render/proposal-fix.ts";
import { renderImageTrial, renderTrials, trialsDocument } from "../render/trials.ts";
import { subjectsOf } from "../trial-subjects.ts";
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

/** Services of the project that the flags name, one after the other. */
const tryServices = (
  context: Context,
  flags: Flags,
  chosen: readonly string[],
): Promise<{ readonly reports: readonly TrialReport[]; readonly fix?: ProposalFix }> => {
  // Images are built and tried either way: what is dry is the file.
  const { dryRun: _, ...rest } = flags;
  return withVoyage(context, rest, async (voyage) => {
    const reports: TrialReport[] = [];
    for (const service of voyage.project.services.filter(({ name }) => chosen.includes(name))) {
      const level = flags.level ?? service.settings.trial.level;
      reports.push(await tryProjectService(voyage, service, { level, again: flags.again === true }));
    }
    return { reports, ...(flags.fix === true ? { fix: await fixed(context, flags, voyage.project, reports) } : {}) };
  });
};

/** Images by themselves, one after the other. */
const tryImages = async (context: Context, flags: Flags, sources: readonly ImageSource[]): Promise<readonly ImageTrial[]> => {
  using server = openServer(context);
  const { platform } = await server.engine.system.info();
  const host = { ...server, platform, tool: VERSION, progress: progressFor(context, flags), signal: context.signal };
  const trials: ImageTrial[] = [];
  for (const source of sources)
    trials.push(await tryImage(host, source, { level: flags.level ?? "standard", again: flags.again === true }));
  return trials;
};

export const run = reporting<Flags, string[]>(async (context, flags, ...names) => {
  if (flags.list === true) return list();
  if (flags.dryRun === true && flags.fix !== true) throw new SeaworthyError("USAGE", "--dry-run shows what --fix would do: give both");
  const page = pagePath(context, flags);
  const begun = Date.now();
  const { project, services, images, notes } = await subjectsOf(context, flags, names);
  if (flags.fix === true && images.length > 0)
    throw new SeaworthyError("USAGE", `--fix writes into a project's compose file, and ${images[0]?.text ?? ""} is an image by itself`, {
      hint: "What is proposed for an image is printed as a compose file; without --fix.",
    });
  const ofServices = project === undefined ? undefined : await tryServices(context, flags, services);
  const ofImages = images.length === 0 ? [] : await tryImages(context, flags, images);
  const reports = [...(ofServices?.reports ?? []), ...ofImages.map(({ report }) => report)];
  const waiverFor = (outcome: TrialOutcome, report: TrialReport) => waivedBy(outcome, report, project?.policy.waivers ?? [], begun);
  const documents = reports.map((report) => trialsDocument(report, waiverFor));
  if (page !== undefined) {
    const name = project?.name ?? ofImages.map(({ report }) => report.subject.reference ?? report.subject.service).join(", ");
    writeFileAtomic(page, renderTrialPage(documents, { project: name, version: VERSION }));
  }
  const fix = ofServices?.fix;
  const dryRun = flags.dryRun === true;
  const colour = context.colour.stdout;
  return {
    exit: documents.some(({ trials }) => trials.some(({ verdict }) => verdict === "disproved")) ? 1 : 0,
    human: [
      ...notes,
      ...(ofServices?.reports ?? []).map((report) => renderTrials(report, begun, colour, waiverFor)),
      ...ofImages.map((one) => renderImageTrial(one, begun, colour)),
      ...(fix === undefined ? [] : [renderProposalFix(fix, dryRun)]),
      ...(page === undefined ? [] : [`page: ${forTerminal(page)}`]),
    ].join("\n\n"),
    json: {
      schema: "seaworthy/trial@1",
      services: documents.filter(({ subject }) => "service" in subject),
      ...(ofImages.length === 0
        ? {}
        : {
            images: ofImages.map(({ report, compose }) => ({
              ...trialsDocument(report, waiverFor),
              ...(compose === undefined ? {} : { compose }),
            })),
          }),
      ...(notes.length === 0 ? {} : { notes }),
      ...(fix === undefined ? {} : { fixed: proposalFixDocument(fix, dryRun) }),
    },
  };
});
