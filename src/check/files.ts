import type { Finding, Profile } from "../checklist/index.ts";
import type { SourceText } from "../core/index.ts";
import type { Problem, Span } from "../source/index.ts";
import { byPlace, type CheckResult, evidenceFrom, judge, type Judged, type Judgement } from "./judge.ts";
import type { KnownBases } from "./base-images.ts";
import { FILE_KINDS } from "./kinds/catalogue.ts";
import type { FileKind, Remark } from "./kinds/file-kind.ts";
import type { RuleSettings } from "../project/index.ts";
import type { AnyRule, Rule } from "./rule.ts";
import { asWritten, type Severities } from "./severities.ts";
import type { FileRuleKind, FileSubject, Spot, Subjects } from "./subject.ts";
import { applySuppressions, type Suppression } from "./suppression.ts";

export interface CheckFilesOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Those of them that judge such files, do. */
  readonly rules: readonly AnyRule[];
  /** Default `production`. */
  readonly profile?: Profile;
  readonly settings?: RuleSettings;
  /** How serious findings are here. Default: as the rules say. */
  readonly severities?: Severities;
  /** What is known of images that Dockerfiles are built on. Default: nothing. */
  readonly bases?: KnownBases;
  /** False leaves out what the silence of rules proves. Default true. */
  readonly evidence?: boolean;
  /** Ignores that stand outside the files (settingsSuppressions). */
  readonly ignores?: readonly Suppression[];
}

const isSpan = (spot: Spot): spot is Span => "source" in spot;

/** Where a spot lies, for the rules of a file; without one, where the subject is. */
export const placeOfSpot =
  (given: FileSubject) =>
  (at: Spot | undefined): Pick<Finding, "path" | "range"> => {
    const spot = at ?? given.spot;
    return isSpan(spot)
      ? { path: spot.source.path, range: spot.source.range(spot.start, spot.end) }
      : { path: given.source.path, range: spot };
  };

export const problemFinding = (problem: Problem): Finding => ({
  rule: "input/unreadable",
  severity: "error",
  confidence: "certain",
  message: problem.message,
  advice: "Correct it: what cannot be read was not judged.",
  path: problem.place?.path ?? "",
  ...(problem.place === undefined ? {} : { range: problem.place.range }),
});

/** What was not judged says so, and is never a pass. */
export const remarkFinding = (remark: Remark): Finding => ({
  rule: "input/not-resolved",
  severity: "info",
  confidence: "certain",
  ...remark,
});

const asOne = (first: Judgement, group: readonly Judgement[]): Judgement => {
  const untried = group.find((one) => one.silence.state === "not-tried");
  const words = [...new Set(group.map((one) => one.silence.words))].join("; ");
  return { ...first, findings: group.flatMap((one) => one.findings), silence: untried?.silence ?? { state: "proven", words } };
};

/** One rule's judgements of one file as one: what any of them found, or what all of them prove. */
const together = (judgements: readonly Judgement[]): readonly Judgement[] => {
  const byFile = new Map<string, Map<string, Judgement[]>>();
  for (const judgement of judgements) {
    const path = judgement.subject.kind === "file" ? judgement.subject.path : "";
    const ofFile = byFile.get(path) ?? new Map<string, Judgement[]>();
    byFile.set(path, ofFile);
    const group = ofFile.get(judgement.rule.id);
    if (group === undefined) ofFile.set(judgement.rule.id, [judgement]);
    else group.push(judgement);
  }
  return [...byFile.values()].flatMap((ofFile) =>
    [...ofFile.values()].flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : group.length === 1 ? [first] : [asOne(first, group)];
    }),
  );
};

const judgeKind = <K extends FileRuleKind>(
  kind: FileKind<K>,
  rules: readonly Rule<K>[],
  subjects: Iterable<Subjects[K]>,
  severities: Severities,
  keep: (judgement: Judgement) => boolean,
): Pick<JudgedKind, "judgements" | "looked"> => {
  const judgements: Judgement[] = [];
  let looked = false;
  for (const given of subjects) {
    looked = true;
    const judged: Judged<FileRuleKind> = {
      subject: { kind: "file", path: given.source.path },
      name: `${given.name} in ${given.source.path}`,
      place: placeOfSpot(given),
      severities,
    };
    // Places of all file kinds are spots, which the compiler cannot tell of a K that it does not know.
    for (const rule of rules) {
      const judgement = judge(rule, given, judged as unknown as Judged<K>);
      if (keep(judgement)) judgements.push(judgement);
    }
  }
  return { judgements, looked: looked ? rules.map((rule) => rule.id) : [] };
};

interface JudgedKind {
  readonly judgements: readonly Judgement[];
  /** Rules that have looked at something, whether or not it was for them. */
  readonly looked: readonly string[];
  readonly problems: readonly Finding[];
  readonly suppressions: readonly Suppression[];
}

const checkKind = <K extends FileRuleKind>(
  kind: FileKind<K>,
  sources: readonly SourceText[],
  rules: readonly AnyRule[],
  settings: RuleSettings,
  severities: Severities,
  bases: KnownBases | undefined,
  keep: (judgement: Judgement) => boolean,
): JudgedKind => {
  const ofKind = rules.filter((rule) => rule.kind === kind.kind) as unknown as readonly Rule<K>[];
  const { subjects, problems, remarks = [], suppressions, severities: own = asWritten } = kind.read(sources, settings, bases);
  return {
    ...judgeKind(kind, ofKind, subjects, (finding) => severities(own(finding)), keep),
    problems: [...problems.map(problemFinding), ...remarks.map(remarkFinding)],
    suppressions,
  };
};

/** What a text is, by its path and content; undefined for what no rule judges. */
export const kindOf = (source: SourceText): FileRuleKind | undefined =>
  FILE_KINDS.find((kind) => kind.mayBe(source.path) && kind.is(source))?.kind;

/** A text to be judged as a file of its kind. */
export interface CheckedFile {
  readonly kind: FileRuleKind;
  readonly source: SourceText;
}

/** Judges files that are no compose project: each is parsed once, however many rules look at it. What cannot be read is a finding. */
export const checkFiles = (files: readonly CheckedFile[], options: CheckFilesOptions): CheckResult => {
  const profile = options.profile ?? "production";
  const wanted = options.evidence !== false;
  // What found nothing, and where nobody asks what that proves, need not be remembered.
  const keep = (judgement: Judgement): boolean => judgement.findings.length > 0 || (wanted && judgement.idle !== true);
  const results = FILE_KINDS.map((kind): JudgedKind => {
    const sources = files.filter((file) => file.kind === kind.kind).map((file) => file.source);
    return sources.length === 0
      ? { judgements: [], looked: [], problems: [], suppressions: [] }
      : checkKind(
          kind as FileKind,
          sources,
          options.rules,
          { profile, ...options.settings },
          options.severities ?? asWritten,
          options.bases,
          keep,
        );
  });
  const judgements = results.flatMap((result) => result.judgements);
  const all = judgements.flatMap((judgement) => judgement.findings);
  const suppressions = [...results.flatMap((result) => result.suppressions), ...(options.ignores ?? [])];
  const looked = new Set(results.flatMap((result) => result.looked));
  const { findings, suppressed } = applySuppressions(all, suppressions, {
    now: options.now,
    settled: looked,
    kinds: new Set(files.map((file) => file.kind)),
  });
  return {
    findings: [...results.flatMap((result) => result.problems), ...findings].toSorted(byPlace),
    evidence: wanted ? evidenceFrom(together(judgements), suppressed, options.now) : [],
    suppressed,
  };
};
