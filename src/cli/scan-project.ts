import { isSeaworthyError, SeaworthyError } from "../core/index.ts";
import { judgedTogether } from "../scan/index.ts";
import { loadProject } from "../project/index.ts";
import { renderScan, type ScanDocument } from "../report/index.ts";
import { gatePolicyOf, judgedImage, keepScans, openAdvisories, type ScannedImage, scanRunning } from "../ship/index.ts";
import { ageWords } from "./advisory-age.ts";
import { advisoryFolder } from "./advisory-folder.ts";
import type { Context } from "./context.ts";
import { withVoyage } from "./host.ts";
import type { Outcome, OutputFlags } from "./outcome.ts";
import { scanDocument } from "./scan-document.ts";

export interface ProjectScanFlags extends OutputFlags {
  readonly db?: string;
  readonly showSuppressed?: boolean;
  readonly env?: string;
}

/** Whether the name is a service's of the project in this folder, which then is what is meant. */
export const isService = async (
  { cwd, process }: Pick<Context, "cwd" | "process">,
  name: string,
  environment: string | undefined,
): Promise<boolean> => {
  try {
    const { services } = await loadProject({
      folder: cwd,
      env: process.env,
      git: false,
      ...(environment === undefined ? {} : { environment }),
    });
    return services.some((service) => service.name === name);
  } catch (error) {
    // An image can be scanned in any folder.
    if (isSeaworthyError(error)) return false;
    throw error;
  }
};

const documentOf = ({ subject, inventory, done, verdict }: ScannedImage, policy: ReturnType<typeof gatePolicyOf>): ScanDocument =>
  scanDocument(
    {
      image: subject.image,
      digest: subject.digest,
      ...(inventory.distribution === undefined ? {} : { distribution: inventory.distribution }),
      advisories: { builtAt: new Date(done.advisories.builtAt).toISOString(), stale: done.stale.length > 0, sources: done.sources },
      scanned: {
        subject: { names: [subject.name], digests: [subject.digest], services: [subject.service] },
        vulnerabilities: done.vulnerabilities,
        packages: inventory.packages,
        judged: done.judged,
      },
      tellsExploited: done.tellsExploited,
      blindSpots: done.blindSpots,
      facts: [],
    },
    policy,
    verdict,
  );

/** Scans what runs of the project in this folder, else what it names. @throws ADVISORIES_MISSING; INPUT_NOT_FOUND where there is no project */
export const projectScan = (context: Context, flags: ProjectScanFlags, services: readonly string[]): Promise<Outcome> =>
  withVoyage(
    context,
    { ...(flags.json === true ? { json: true } : {}), ...(flags.env === undefined ? {} : { env: flags.env }) },
    async (voyage): Promise<Outcome> => {
      const folder = advisoryFolder(context, flags.db);
      using advisories = openAdvisories(folder, voyage);
      if (advisories === undefined) throw new SeaworthyError("ADVISORIES_MISSING", `there are no advisories in ${folder}`);
      const policy = gatePolicyOf(voyage.project);
      const { release, images, unread } = await scanRunning(voyage, advisories, policy, services);
      // What is not live is no record of what runs.
      if (release !== undefined) keepScans(voyage, images.map(judgedImage), { by: "scan" });
      const verdicts = judgedTogether(images.map(({ verdict }) => verdict));
      const documents = images.map((image, at) => documentOf({ ...image, verdict: verdicts[at] ?? image.verdict }, policy));
      const style = context.colour.stdout ? "ansi" : "plain";
      const factsOf = (at: number): readonly string[] => {
        const done = images[at]?.done;
        return done === undefined ? [] : [`advisories: ${ageWords(done.sources)}`, ...done.stale.map((words) => `stale: ${words}`)];
      };
      return {
        // What was not looked at has not passed.
        exit: unread.length === 0 && images.every(({ verdict }) => verdict.passed) ? 0 : 1,
        human: [
          release === undefined
            ? `${voyage.project.name}: nothing is live; the images that it names`
            : `${voyage.project.name}: release r${release}, as it runs`,
          ...documents.map((document, at) =>
            renderScan(document, { style, facts: factsOf(at), showSuppressed: flags.showSuppressed === true }),
          ),
          ...unread.map(({ service, because }) => `${service}: not scanned: ${because}`),
        ].join("\n\n"),
        json: {
          schema: "seaworthy/scans@1",
          project: voyage.project.name,
          ...(release === undefined ? {} : { release: `r${release}` }),
          images: documents.map((document, at) => ({ service: images[at]?.subject.service, ...document })),
          unread,
        },
      };
    },
  );
