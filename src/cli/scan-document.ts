import { flawWords } from "../image/index.ts";
import type { ScanDocument, ScanDocumentSecret, ScanSuppression } from "../report/index.ts";
import {
  baseShare,
  type GatePolicy,
  type GateVerdict,
  type GateVulnerability,
  type JudgedFlaw,
  originOf,
  type Suppression,
} from "../scan/index.ts";
import { broughtBy } from "../inventory/index.ts";
import type { ScanSubject } from "./scan-subject.ts";

const suppressionOf = (by: Suppression): ScanSuppression => {
  switch (by.kind) {
    case "waiver": {
      const { reason, until, justification, place } = by.waiver;
      return {
        kind: "waiver",
        reason,
        until,
        ...(justification === undefined ? {} : { justification }),
        ...(place === undefined ? {} : { place }),
      };
    }
    case "vex": {
      const { status, justification, words, author, place } = by.statement;
      return {
        kind: "vex",
        status,
        ...(justification === undefined ? {} : { justification }),
        ...(words === undefined ? {} : { words }),
        author,
        place,
      };
    }
    case "baseline":
      return { kind: "baseline" };
  }
};

const secretOf = (
  { secret }: GateVulnerability,
  base: ScanSubject["base"],
  rest: Pick<ScanDocumentSecret, "refused" | "notes" | "by">,
): readonly ScanDocumentSecret[] => {
  if (secret === undefined) return [];
  const { layerIndex, hidden, ...one } = secret;
  const origin = broughtBy(layerIndex, base);
  return [
    {
      ...one,
      ...(layerIndex === undefined ? {} : { layerNumber: layerIndex + 1 }),
      ...(hidden === undefined ? {} : { [hidden.how === "deleted" ? "deletedInLayer" : "replacedInLayer"]: hidden.by + 1 }),
      ...(origin === undefined ? {} : { origin }),
      ...rest,
    },
  ];
};

const flawEntry = ({ id, message, waiver, notes }: JudgedFlaw): NonNullable<ScanDocument["flaws"]>[number] => ({
  id,
  message,
  refused: waiver === undefined,
  ...(notes.length === 0 ? {} : { notes }),
  ...(waiver === undefined ? {} : { by: suppressionOf({ kind: "waiver", waiver }) }),
});

/** `seaworthy/scan@1`: what was found, and what the gate makes of it. */
export const scanDocument = (subject: ScanSubject, { fail, onlyFixed }: GatePolicy, verdict: GateVerdict): ScanDocument => {
  const { image, digest, distribution, base, advisories, endOfLife, report, scanned, tellsExploited, blindSpots, writtenAt } = subject;
  const known = scanned.vulnerabilities.filter(({ secret }) => secret === undefined);
  const open = verdict.open.filter(({ vulnerability }) => vulnerability.secret === undefined);
  const suppressed = verdict.suppressed.filter(({ vulnerability }) => vulnerability.secret === undefined);
  const entry = ({ packages, secret: _, ...rest }: GateVulnerability) => {
    const origin = originOf({ packages }, base);
    return {
      ...rest,
      ...(origin === undefined ? {} : { origin }),
      packages: packages.map(({ purl, path, layer, layerIndex }) => {
        const written = layerIndex === undefined ? undefined : writtenAt?.(layerIndex);
        return {
          purl,
          path,
          ...(layer === undefined ? {} : { layer }),
          ...(layerIndex === undefined ? {} : { layerNumber: layerIndex + 1 }),
          ...(written === undefined ? {} : { written }),
        };
      }),
    };
  };
  return {
    schema: "seaworthy/scan@1",
    image,
    ...(digest === undefined ? {} : { digest }),
    ...(distribution === undefined ? {} : { distribution }),
    ...(base === undefined ? {} : { base: { ...base, ...baseShare(known, base) } }),
    ...(advisories === undefined ? {} : { advisories }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
    ...(report === undefined ? {} : { report }),
    gate: {
      fail,
      onlyFixed,
      passed: verdict.passed,
      refused: verdict.open.filter(({ refused }) => refused !== undefined).length,
      unjudged: verdict.unjudged,
      tellsExploited,
    },
    ...(scanned.judged === undefined ? {} : { judged: scanned.judged }),
    vulnerabilities: open.map(({ vulnerability, refused, notes }) => ({
      ...entry(vulnerability),
      ...(refused === undefined ? {} : { refused }),
      ...(notes.length === 0 ? {} : { notes }),
    })),
    suppressed: suppressed.map(({ vulnerability, by }) => ({ ...entry(vulnerability), by: suppressionOf(by) })),
    secrets: [
      ...verdict.open.flatMap(({ vulnerability, refused, notes }) =>
        secretOf(vulnerability, base, {
          ...(refused === undefined ? {} : { refused: "severity" as const }),
          ...(notes.length === 0 ? {} : { notes }),
        }),
      ),
      ...verdict.suppressed.flatMap(({ vulnerability, by }) => secretOf(vulnerability, base, { by: suppressionOf(by) })),
    ],
    ...(verdict.flaws.length === 0 ? {} : { flaws: verdict.flaws.map(flawEntry) }),
    findings: verdict.findings,
    gone: verdict.gone,
    blindSpots: blindSpots.filter((spot) => !verdict.flaws.some((flaw) => flawWords(flaw) === spot)),
  };
};
