import { resolve } from "node:path";
import { SeaworthyError, writeFileAtomic } from "../../core/index.ts";
import {
  nextStep,
  renderScan,
  renderScanCycloneDx,
  renderScanJson,
  renderScanSarif,
  type ScanDocument,
  scanMarkdown,
  verdictWords,
} from "../../report/index.ts";
import { type GatePolicy, type GateVerdict, judge, writeVex } from "../../scan/index.ts";
import type { Context } from "../context.ts";
import type { AgeFlags } from "../advisory-age.ts";
import type { InventoryFlags } from "../inventoried.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { scanBaseline } from "../scan-baseline.ts";
import { scanDocument } from "../scan-document.ts";
import { type GateFlags, scanPolicy } from "../scan-policy.ts";
import { ownScan, reportedScan, type ScanSubject } from "../scan-subject.ts";
import { serviceNamed, servicesOfImage } from "../services-of-image.ts";
import { VERSION } from "../version.ts";
import { explained } from "../why.ts";

export interface Flags extends InventoryFlags, GateFlags, AgeFlags {
  readonly db?: string;
  readonly why?: string;
  readonly from?: string;
  readonly format?: "table" | "json" | "sarif" | "cyclonedx" | "markdown";
  readonly output?: string;
  readonly showSuppressed?: boolean;
  readonly writeBaseline?: string;
  readonly acceptNew?: boolean;
  readonly writeVex?: string;
  readonly vexAuthor?: string;
  readonly service?: string;
}

const WIDEST = 200;

/** The document as text, in the form that was asked for. */
const rendered = (document: ScanDocument, subject: ScanSubject, facts: readonly string[], context: Context, flags: Flags): string => {
  const showSuppressed = flags.showSuppressed === true;
  if (flags.json === true) return renderScanJson(document);
  if (flags.format === "sarif") return renderScanSarif(document, { tool: VERSION, showSuppressed });
  if (flags.format === "cyclonedx")
    return renderScanCycloneDx(document, { tool: VERSION, ...(subject.bom === undefined ? {} : { bom: subject.bom() }) });
  if (flags.format === "markdown") return scanMarkdown(document);
  const toFile = flags.output !== undefined;
  return renderScan(document, {
    style: context.colour.stdout && !toFile ? "ansi" : "plain",
    facts,
    showSuppressed,
    ...(toFile || context.columns === undefined ? {} : { width: Math.min(WIDEST, Math.max(40, context.columns)) }),
  });
};

/** What looks at one image and nothing else. */
const ONE_IMAGE = [
  "why",
  "writeBaseline",
  "output",
  "platform",
  "base",
  "file",
  "fail",
  "onlyFixed",
  "vex",
  "baseline",
  "writeVex",
  "showSuppressed",
  "service",
] as const;

/** A form that holds one image. */
const isDocument = ({ format }: Flags): boolean => format === "sarif" || format === "cyclonedx" || format === "markdown";

/** The project in this folder, or one service of it, where no image is named. */
const projectOrService = async (context: Context, flags: Flags, image: string | undefined): Promise<Outcome | undefined> => {
  if (flags.from !== undefined || (image !== undefined && !/^[a-zA-Z0-9][\w-]*$/.test(image))) return undefined;
  // All that a release is made of, which an image by itself does not need.
  const { isService, projectScan } = await import("../scan-project.ts");
  if (image !== undefined && !(await isService(context, image, flags.env))) return undefined;
  const other = ONE_IMAGE.find((flag) => flags[flag] !== undefined);
  if ((other !== undefined || isDocument(flags)) && image !== undefined) return undefined;
  if (isDocument(flags)) throw new SeaworthyError("USAGE", `--format ${flags.format} is for one image: name it`);
  if (other !== undefined)
    throw new SeaworthyError("USAGE", `--${other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for one image: name it`);
  return await projectScan(context, flags, image === undefined ? [] : [image]);
};

const checked = (flags: Flags): void => {
  if (flags.why !== undefined && flags.from !== undefined)
    throw new SeaworthyError("USAGE", "--why looks into the image: it takes no report of --from");
  if (flags.vexAuthor !== undefined && flags.writeVex === undefined)
    throw new SeaworthyError("USAGE", "--vex-author signs what --write-vex writes: give both");
  if (flags.json === true && flags.format !== undefined && flags.format !== "json")
    throw new SeaworthyError("USAGE", `--json and --format ${flags.format} are two forms: give one`);
  if (flags.acceptNew === true && flags.writeBaseline === undefined)
    throw new SeaworthyError("USAGE", "--accept-new says what --write-baseline may take in: give both");
};

const vexWritten = (
  { cwd, process }: Context,
  { writeVex: path, vexAuthor }: Flags,
  { scanned }: ScanSubject,
  verdict: GateVerdict,
  now: number,
): readonly string[] => {
  if (path === undefined) return [];
  const epoch = Number(process.env["SOURCE_DATE_EPOCH"] ?? Number.NaN);
  const { statements, changed } = writeVex(path, cwd, verdict, scanned.subject, {
    author: vexAuthor ?? "Unknown Author",
    tool: VERSION,
    now: Number.isFinite(epoch) ? epoch * 1000 : now,
  });
  return [`VEX ${path}: ${statements} ${statements === 1 ? "statement" : "statements"}${changed ? "" : ", as it was"}`];
};

/** Waivers of services count for the images of these; which services an image is of is said, or looked up where there are such waivers. */
const ofServices = async (context: Context, subject: ScanSubject, { waivers }: GatePolicy, flags: Flags): Promise<ScanSubject> => {
  const named = [...new Set(waivers.flatMap(({ service }) => service ?? []))];
  const { scanned, facts } = subject;
  const said = flags.service === undefined ? [] : [await serviceNamed(context, flags.service, named, flags)];
  if (named.length === 0) return subject;
  const services = said.length > 0 ? said : await servicesOfImage(context, [subject.image, ...scanned.subject.names], flags);
  return {
    ...subject,
    scanned: { ...scanned, subject: { ...scanned.subject, services } },
    facts:
      services.length > 0
        ? facts
        : [
            ...facts,
            `waivers of services (${named.join(", ")}) do not count: no service of the project here names this image (--service says whose it is)`,
          ],
  };
};

const scanning = reporting<Flags, [string?]>(async (context, flags, image): Promise<Outcome> => {
  checked(flags);
  const project = await projectOrService(context, flags, image);
  if (project !== undefined) return project;
  const policy = scanPolicy(context, flags);
  let subject: ScanSubject;
  if (flags.from !== undefined)
    subject = reportedScan(context, image, { from: flags.from, ...(flags.db === undefined ? {} : { db: flags.db }) });
  else {
    const own = await ownScan(context, image ?? "", flags);
    if (flags.why !== undefined) return explained(own.image, flags.why, own.inventory, own.vulnerabilities);
    subject = own;
  }
  if (flags.writeBaseline !== undefined && subject.scanned.flaws !== undefined)
    throw new SeaworthyError("INPUT_INVALID", `no baseline is written of ${subject.image}: it is not whole or not intact`, {
      hint: "What is missing in it would be taken for mended. Save the image again, from where it is whole.",
    });
  subject = await ofServices(context, subject, policy, flags);
  const now = Date.now();
  const written =
    flags.writeBaseline === undefined
      ? undefined
      : scanBaseline({ file: flags.writeBaseline, grow: flags.acceptNew === true, cwd: context.cwd }, subject.scanned, policy, now);
  const verdict = written?.verdict ?? judge(subject.scanned, policy, now);
  const document = scanDocument(subject, policy, verdict);
  const facts = [...subject.facts, ...(written === undefined ? [] : [written.fact]), ...vexWritten(context, flags, subject, verdict, now)];
  const exit = verdict.passed ? 0 : 1;
  if (flags.output === undefined)
    return { exit, human: flags.json === true ? "" : rendered(document, subject, facts, context, flags), json: document };
  writeFileAtomic(resolve(context.cwd, flags.output), rendered(document, subject, facts, context, flags));
  context.process.stdout.write(`${verdictWords(document)}; next: ${nextStep(document)}\nwrote ${flags.output}\n`);
  return { exit, human: "", json: undefined };
});

/** `--format json` is `--json`, failures as well. */
async function chosen(this: Context, flags: Flags, image?: string): Promise<void> {
  await scanning.call(this, flags.format === "json" ? { ...flags, json: true } : flags, image);
}

export const run = chosen;
