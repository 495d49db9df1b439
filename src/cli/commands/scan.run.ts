import { resolve } from "node:path";
import { SeaworthyError, writeFileAtomic } from "../../core/index.ts";
import { nextStep, renderScan, renderScanJson, type ScanDocument, verdictWords } from "../../report/index.ts";
import { judge } from "../../scan/index.ts";
import type { Context } from "../context.ts";
import type { AgeFlags } from "../advisory-age.ts";
import type { InventoryFlags } from "../inventoried.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { scanBaseline } from "../scan-baseline.ts";
import { scanDocument } from "../scan-document.ts";
import { type GateFlags, scanPolicy } from "../scan-policy.ts";
import { ownScan, reportedScan, type ScanSubject } from "../scan-subject.ts";
import { explained } from "../why.ts";

export interface Flags extends InventoryFlags, GateFlags, AgeFlags {
  readonly db?: string;
  readonly why?: string;
  readonly from?: string;
  readonly format?: "table" | "json";
  readonly output?: string;
  readonly showSuppressed?: boolean;
  readonly writeBaseline?: string;
  readonly acceptNew?: boolean;
}

const WIDEST = 200;

/** The document as text, in the form that was asked for. */
const rendered = (document: ScanDocument, facts: readonly string[], context: Context, flags: Flags): string => {
  if (flags.json === true) return renderScanJson(document);
  const toFile = flags.output !== undefined;
  return renderScan(document, {
    style: context.colour.stdout && !toFile ? "ansi" : "plain",
    facts,
    showSuppressed: flags.showSuppressed === true,
    ...(toFile || context.columns === undefined ? {} : { width: Math.min(WIDEST, Math.max(40, context.columns)) }),
  });
};

/** What looks at one image and nothing else. */
const ONE_IMAGE = ["why", "writeBaseline", "output", "platform", "base", "file", "fail", "onlyFixed", "vex", "baseline"] as const;

/** The project in this folder, or one service of it, where no image is named. */
const projectOrService = async (context: Context, flags: Flags, image: string | undefined): Promise<Outcome | undefined> => {
  if (flags.from !== undefined || (image !== undefined && !/^[a-zA-Z0-9][\w-]*$/.test(image))) return undefined;
  // All that a release is made of, which an image by itself does not need.
  const { isService, projectScan } = await import("../scan-project.ts");
  if (image !== undefined && !(await isService(context, image))) return undefined;
  const other = ONE_IMAGE.find((flag) => flags[flag] !== undefined);
  if (other !== undefined && image !== undefined) return undefined;
  if (other !== undefined)
    throw new SeaworthyError("USAGE", `--${other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for one image: name it`);
  return await projectScan(context, flags, image === undefined ? [] : [image]);
};

const checked = (flags: Flags): void => {
  if (flags.why !== undefined && flags.from !== undefined)
    throw new SeaworthyError("USAGE", "--why looks into the image: it takes no report of --from");
  if (flags.acceptNew === true && flags.writeBaseline === undefined)
    throw new SeaworthyError("USAGE", "--accept-new says what --write-baseline may take in: give both");
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
  const now = Date.now();
  const written =
    flags.writeBaseline === undefined
      ? undefined
      : scanBaseline({ file: flags.writeBaseline, grow: flags.acceptNew === true, cwd: context.cwd }, subject.scanned, policy, now);
  const verdict = written?.verdict ?? judge(subject.scanned, policy, now);
  const document = scanDocument(subject, policy, verdict);
  const facts = [...subject.facts, ...(written === undefined ? [] : [written.fact])];
  const exit = verdict.passed ? 0 : 1;
  if (flags.output === undefined)
    return { exit, human: flags.json === true ? "" : rendered(document, facts, context, flags), json: document };
  writeFileAtomic(resolve(context.cwd, flags.output), rendered(document, facts, context, flags));
  context.process.stdout.write(`${verdictWords(document)}; next: ${nextStep(document)}\nwrote ${flags.output}\n`);
  return { exit, human: "", json: undefined };
});

/** `--format json` is `--json`, failures as well. */
async function chosen(this: Context, flags: Flags, image?: string): Promise<void> {
  await scanning.call(this, flags.format === "json" ? { ...flags, json: true } : flags, image);
}

export const run = chosen;
