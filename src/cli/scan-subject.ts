import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SeaworthyError } from "../core/index.ts";
import { type BaseImage, cyclonedx } from "../inventory/index.ts";
import {
  agesOf,
  askedOf,
  baseShare,
  type EndOfLife,
  openMatcher,
  readExploited,
  readManifest,
  readReport,
  scan,
  type Scanned,
  secretAsVulnerability,
  type SourceAge,
  staleWords,
  type Vulnerability,
} from "../scan/index.ts";
import { type AgeFlags, agePolicy, ageWords, endWords, scanSettings } from "./advisory-age.ts";
import { advisoryFolder } from "./advisory-folder.ts";
import type { Context } from "./context.ts";
import { inventoried, type Inventoried, type InventoryFlags } from "./inventoried.ts";
import { shareWords } from "./render/base-image.ts";
import { VERSION } from "./version.ts";

/** What a gate is to judge, and what is told with it. */
export interface ScanSubject {
  readonly image: string;
  readonly digest?: string;
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name: string };
  readonly base?: BaseImage;
  /** The line of the Dockerfile that brought a layer, counted from 0. */
  readonly writtenAt?: (layerIndex: number) => { readonly file: string; readonly line: number } | undefined;
  readonly advisories?: { readonly builtAt: string; readonly stale: boolean; readonly sources: readonly SourceAge[] };
  /** Distributions and runtimes whose makers mend them no more. */
  readonly endOfLife?: readonly EndOfLife[];
  readonly report?: { readonly tool: string; readonly version?: string; readonly at?: string; readonly file: string };
  /** All components as CycloneDX, where they are known. */
  readonly bom?: () => Readonly<Record<string, unknown>>;
  readonly scanned: Scanned;
  readonly tellsExploited: boolean;
  readonly blindSpots: readonly string[];
  /** For people, a line each. */
  readonly facts: readonly string[];
}

/** What came with the base image is changed in the FROM line. */
const writtenAt = ({ own, base, layers = [] }: Inventoried): ScanSubject["writtenAt"] => {
  if (own === undefined) return undefined;
  return (layerIndex) => {
    const step = layers[layerIndex]?.step;
    const instruction =
      base !== undefined && layerIndex < base.layers ? own.base?.from : step === undefined ? undefined : own.instructions.get(step);
    return instruction === undefined ? undefined : { file: own.dockerfile.source.path, line: instruction.range.start.line };
  };
};

export interface OwnScan extends ScanSubject {
  readonly inventory: Inventoried;
  readonly vulnerabilities: readonly Vulnerability[];
}

const digestIn = (name: string): readonly string[] => /@(sha\d+:[0-9a-f]+)$/.exec(name)?.slice(1) ?? [];

/** Scans an image by the advisories at hand. @throws ADVISORIES_MISSING, what inventoried throws */
export const ownScan = async (
  context: Context,
  image: string,
  flags: InventoryFlags & AgeFlags & { readonly db?: string; readonly env?: string },
): Promise<OwnScan> => {
  const folder = advisoryFolder(context, flags.db);
  const manifest = readManifest(folder);
  if (manifest === undefined)
    throw new SeaworthyError("ADVISORIES_MISSING", `there are no advisories in ${folder}`, {
      hint: "Fetch them: seaworthy db update; or build them from OSV records: seaworthy db build FILE...; or judge another tool's report with --from.",
    });
  const ageRule = agePolicy(scanSettings(context, flags.env), flags);
  const inventory = await inventoried(context, image, flags, { holdsDisk: true });
  using matcher = openMatcher(folder, manifest);
  const { vulnerabilities, judged, blindSpots, ecosystems, endOfLife, endOfLifeAsOf } = scan(inventory, matcher);
  const ages = agesOf(manifest, { now: Date.now(), maxAgeMs: ageRule.maxAgeMs, ecosystems });
  const stale = staleWords(ages, ageRule);
  const { digest, distribution, base, packages, tags = [], secrets = [], flaws } = inventory;
  const lines = writtenAt(inventory);
  // The path of an archive is nobody's name for what is in it.
  const onDisk = existsSync(resolve(context.cwd, image));
  return {
    image,
    ...(digest === undefined ? {} : { digest }),
    ...(distribution === undefined ? {} : { distribution }),
    ...(base === undefined ? {} : { base }),
    bom: () => JSON.parse(cyclonedx(inventory, { image, tool: VERSION })) as Readonly<Record<string, unknown>>,
    ...(lines === undefined ? {} : { writtenAt: lines }),
    advisories: { builtAt: new Date(manifest.builtAt).toISOString(), stale: stale.length > 0, sources: ages },
    endOfLife,
    scanned: {
      subject: { names: onDisk ? tags : [image, ...tags], digests: [...(digest === undefined ? [] : [digest]), ...digestIn(image)] },
      vulnerabilities: [...vulnerabilities, ...secrets.map(secretAsVulnerability)],
      packages,
      judged,
      ...(flaws === undefined ? {} : { flaws }),
    },
    tellsExploited: manifest.exploited !== undefined,
    blindSpots,
    facts: [
      ...shareWords(baseShare(vulnerabilities, base), inventory),
      ...endOfLife.map(endWords),
      ...(endOfLife.length === 0 || endOfLifeAsOf === undefined ? [] : [`ends of life by the built-in list of ${endOfLifeAsOf}`]),
      `advisories: ${ageWords(ages)}`,
      ...stale.map((words) => `stale: ${words}`),
    ],
    inventory,
    vulnerabilities,
  };
};

/** Takes another tool's word for what is in an image. The catalogue of what is exploited is ours, where there is one. @throws what readReport throws */
export const reportedScan = (
  context: Context,
  image: string | undefined,
  { from, db }: { readonly from: string; readonly db?: string },
): ScanSubject => {
  const folder = advisoryFolder(context, db);
  const exploited = readManifest(folder)?.exploited;
  const cves = exploited === undefined ? undefined : readExploited(join(folder, exploited.file));
  const file = from === "-" ? "/dev/stdin" : from;
  const report = readReport(file, context.cwd, cves === undefined ? undefined : (cve) => cves.get(cve));
  const { tool, version, at, digest, distribution, scanned, tellsExploited, blindSpots } = report;
  const { names, digests } = scanned.subject;
  const asked = image === undefined ? [] : askedOf(image, report, from);
  return {
    image: image ?? report.image,
    ...(digest === undefined ? {} : { digest }),
    ...(distribution === undefined ? {} : { distribution }),
    report: { tool, ...(version === undefined ? {} : { version }), ...(at === undefined ? {} : { at }), file: from },
    scanned:
      image === undefined ? scanned : { ...scanned, subject: { names: [image, ...names], digests: [...digests, ...digestIn(image)] } },
    // That nothing of it is there is not said where some was left out.
    tellsExploited: tellsExploited && report.leavesOutExploited !== true,
    blindSpots: [
      ...asked,
      ...blindSpots,
      ...(tellsExploited
        ? []
        : [`${tool} does not say what is known to be exploited: build a database with --exploited (seaworthy db build)`]),
    ],
    facts: [`by the report of ${tool}${version === undefined ? "" : ` ${version}`}${at === undefined ? "" : ` of ${at.slice(0, 19)}`}`],
  };
};
