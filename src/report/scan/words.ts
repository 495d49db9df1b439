import { count } from "../style.ts";
import type { ScanDocument, ScanDocumentEntry, ScanSuppression } from "./document.ts";

/** Worst first; what nobody rates comes last. */
export const LEVELS = ["critical", "high", "medium", "low", "none", "unknown"] as const;
export type Level = (typeof LEVELS)[number];

export const levelOf = ({ severity }: ScanDocumentEntry): Level => severity?.rating ?? "unknown";

/** Where no version mends it, what its source says of that. */
const NO_FIX: Readonly<Record<ScanDocumentEntry["state"], string>> = {
  fixed: "no fix",
  unfixed: "no fix",
  deferred: "put off",
  "wont-fix": "won't fix",
  unimportant: "unimportant",
  "end-of-life": "end of life",
  extended: "extended support only",
};

export const fixWords = ({ fixed, state, extended }: ScanDocumentEntry): string =>
  fixed ?? (extended === undefined ? NO_FIX[state] : `${extended.stream}: ${extended.fixed}`);

/** Nobody will mend it: to wait for a fix is no plan. */
export const isGivenUp = ({ fixed, state }: ScanDocumentEntry): boolean => fixed === undefined && state !== "fixed" && state !== "unfixed";

export const summaryOf = ({ advisories }: ScanDocumentEntry): string => advisories.find(({ summary }) => summary !== "")?.summary ?? "";

/** `2 critical, 1 high`. */
export const levelCounts = (entries: readonly ScanDocumentEntry[]): string =>
  LEVELS.flatMap((level) => {
    const amount = entries.filter((entry) => levelOf(entry) === level).length;
    return amount === 0 ? [] : [`${amount} ${level === "unknown" ? "of unknown severity" : level}`];
  }).join(", ");

export const suppressionWords = (by: ScanSuppression): string => {
  switch (by.kind) {
    case "waiver":
      return `waived until ${by.until}: ${by.reason}`;
    case "vex":
      return `${by.status} by ${by.author}${by.justification === undefined ? "" : ` (${by.justification})`}${by.words === undefined ? "" : `: ${by.words}`}`;
    case "baseline":
      return "in the baseline";
  }
};

/** `3 waived, 2 by VEX, 14 in the baseline`. */
export const suppressedCounts = ({ suppressed }: ScanDocument): string =>
  (
    [
      ["waiver", "waived"],
      ["vex", "by VEX"],
      ["baseline", "in the baseline"],
    ] as const
  )
    .flatMap(([kind, words]) => {
      const amount = suppressed.filter(({ by }) => by.kind === kind).length;
      return amount === 0 ? [] : [`${amount} ${words}`];
    })
    .join(", ");

const threshold = ({ fail, onlyFixed }: ScanDocument["gate"]): string =>
  `${fail === "critical" ? "critical" : `${fail} or worse`}${onlyFixed ? " with a fix" : ""}`;

/** What is wrong with the image itself, a sentence each, with what is said of it. */
export const flawLines = ({ flaws = [] }: Pick<ScanDocument, "flaws">, isRefused: boolean): readonly string[] =>
  flaws
    .filter(({ refused }) => refused === isRefused)
    .map(({ id, message, by, notes = [] }) =>
      [`${id}: ${message}`, ...(by === undefined ? [] : [`(${suppressionWords(by)})`]), ...notes.map((note) => `(${note})`)].join(" "),
    );

/** Undefined for an image that is whole and intact, or may be as it is. */
const flawVerdict = ({ flaws = [] }: Pick<ScanDocument, "flaws">): string | undefined => {
  const ids = new Set(flaws.filter(({ refused }) => refused).map(({ id }) => id));
  const what = [...(ids.has("image:not-whole") ? ["not whole"] : []), ...(ids.has("image:not-intact") ? ["not intact"] : [])];
  return what.length === 0 ? undefined : `the image is ${what.join(" and ")}`;
};

/** What the gate says, in a sentence. */
export const verdictWords = (document: ScanDocument): string => {
  const found = vulnerabilityVerdict(document);
  const flawed = flawVerdict(document);
  if (flawed === undefined) return found;
  return found.startsWith("passed") ? `refused: ${flawed}` : `${found}; ${flawed}`;
};

const vulnerabilityVerdict = ({ gate, vulnerabilities, secrets }: ScanDocument): string => {
  if (gate.unjudged) return "refused: nothing in it could be judged, which is no proof";
  const refused = vulnerabilities.filter((one) => one.refused !== undefined);
  const lost = secrets.filter((one) => one.refused !== undefined).length;
  if (refused.length === 0 && lost > 0) return `refused: ${count(lost, "secret")} in it`;
  if (refused.length === 0) return `passed: nothing ${threshold(gate)}${gate.tellsExploited ? ", nothing known to be exploited" : ""}`;
  const exploited = refused.filter((one) => one.refused === "exploited").length;
  return `refused: ${levelCounts(refused)}${lost === 0 ? "" : `, ${count(lost, "secret")}`}${exploited === 0 ? "" : `, ${count(exploited, "of them").replace(/s$/, "")} known to be exploited`}`;
};

/** The one thing to do next. */
export const nextStep = (document: ScanDocument): string => {
  const { gate, vulnerabilities, findings, image, report } = document;
  if (flawVerdict(document) !== undefined)
    return "save the image again, from where it is whole (docker save, skopeo copy), or waive what is named above by its id in x-seaworthy.scan.waive";
  if (gate.unjudged) return "see above what could not be judged, and why";
  const refused = vulnerabilities.filter((one) => one.refused !== undefined);
  if (document.secrets.some((one) => one.refused !== undefined))
    return "revoke the secrets, for whoever has the image has them, and build it without them (RUN --mount=type=secret)";
  const [first] = refused;
  if (first === undefined) {
    const [finding] = findings;
    return finding === undefined
      ? "nothing to do"
      : `mend ${count(findings.length, "setting")} of the gate that ${findings.length === 1 ? "is" : "are"} named above`;
  }
  const fixable = refused.filter(({ fixed }) => fixed !== undefined);
  const base = fixable.filter(({ origin }) => origin === "base");
  const waive = "waive with a reason and an end in x-seaworthy.scan.waive what can be lived with";
  const streams = [...new Set(refused.flatMap(({ extended }) => extended?.stream ?? []))];
  if (fixable.length === 0 && streams.length > 0)
    return `only ${streams.join(", ")} mends some of it: subscribe to that, move to a release that is still looked after, or ${waive}`;
  if (fixable.length === 0) return `nothing of it has a fix: ${waive}${gate.onlyFixed ? "" : ", or set onlyFixed"}`;
  if (base.length > 0) return `build on a newer base image (docker build --pull), which can mend ${base.length} of ${refused.length}`;
  const counts = Map.groupBy(fixable, ({ name, version }) => `${name} ${version}`);
  const [most = ""] = [...counts].toSorted(([, a], [, b]) => b.length - a.length).map(([name]) => name);
  const all = counts.get(most) ?? [];
  const [one] = all;
  const fixes = [...new Set(all.flatMap(({ fixed }) => fixed ?? []))].slice(0, 3);
  const update = `update ${most} (fixed in ${fixes.join(", ")}), which can mend ${all.length} of ${refused.length}`;
  return report === undefined ? `${update}; seaworthy scan ${image} --why ${(one ?? first).id} tells what takes one out` : update;
};
