import { type Evidence, type EvidenceKind, type Finding, type ItemId, itemOf, type Subject } from "../checklist/index.ts";
import { isSeaworthyError, wordsOf } from "../core/index.ts";
import type { BuildInput, Project, Service } from "../project/index.ts";
import { RULES } from "./catalogue.ts";
import { type ContextFacts, readContext } from "./context-facts.ts";
import { type AnyRule, type Complaint, NOTHING, type Rule } from "./rule.ts";
import type { ImageFacts, RuleKind, ServiceSubject, Subjects } from "./subject.ts";
import { applySuppressions, placeOf, readSuppressions, type Suppressed } from "./suppression.ts";

export interface CheckOptions {
  /** By service name; a service without one is judged by its files alone. */
  readonly images?: ReadonlyMap<string, ImageFacts>;
  /** Default: all of the catalogue. */
  readonly rules?: readonly AnyRule[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How a build context is looked through. Default: on the file system. */
  readonly readContext?: (build: BuildInput, projectFolder: string) => ContextFacts;
}

export interface CheckResult {
  /** By path and line. */
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  /** Findings that an ignore took out, with the ignore. */
  readonly suppressed: readonly Suppressed[];
}

/** What one rule found about one subject, before ignores. */
interface Judgement {
  readonly rule: AnyRule;
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** What silence proves, why the rule did not apply, or that it failed. */
  readonly silence: { readonly state: "proven" | "not-tried"; readonly words: string };
  /** The rule would have had more to look at, had the image been there. */
  readonly blind?: boolean;
}

const place = (service: Service, project: Project, at: Complaint["at"]): Pick<Finding, "path" | "range"> => {
  const origin = service.locate(...(at ?? [])) ?? service.locate() ?? project.locate("services", service.name);
  if (origin === undefined) return { path: project.files[0]?.path ?? "compose.yaml" };
  const oneLine = origin.range.start.line === origin.range.end.line;
  return { path: origin.path, range: oneLine ? origin.range : (origin.key ?? origin.range) };
};

const findingOf = (rule: AnyRule, { project, service }: ServiceSubject, complaint: Complaint): Finding => ({
  rule: rule.id,
  item: rule.item,
  severity: complaint.severity ?? rule.severity,
  confidence: complaint.confidence ?? rule.confidence,
  message: complaint.message,
  advice: complaint.advice,
  service: service.name,
  ...place(service, project, complaint.at),
  ...(complaint.fix === undefined ? {} : { fix: complaint.fix }),
});

/** A rule that throws is a bug of ours: shown as a finding under the rule's name, so that nobody takes its silence for a pass. */
const failure = (rule: AnyRule, subject: ServiceSubject, error: unknown): Finding => ({
  ...findingOf(rule, subject, {
    message: `the rule ${rule.id} failed on ${subject.service.name}: ${wordsOf(error)}`,
    advice: "This is a bug in Seaworthy: report it with the service's lines.",
    severity: "error",
    confidence: "certain",
  }),
  rule: "internal/rule-failed",
});

const whatWouldProve = (item: ItemId): string => {
  const { evidence } = itemOf(item);
  if (evidence.includes("trial")) return "but only a trial can prove it";
  return evidence.includes("live") ? "but only the running service can prove it" : "which alone proves nothing";
};

const judge = <K extends RuleKind>(rule: Rule<K>, given: Subjects[K], subject: Subject): Judgement => {
  // A rule is one of the catalogue's whatever its kind; the kinds differ only in what its functions take.
  const known = rule as unknown as AnyRule;
  try {
    const applies = rule.applies(given);
    if (applies !== true)
      return { rule: known, subject, findings: [], silence: { state: "not-tried", words: applies }, blind: given.image === undefined };
    const findings = [...rule.check(given)].map((complaint) => findingOf(known, given, complaint));
    if (findings.length > 0) return { rule: known, subject, findings, silence: { state: "not-tried", words: "" } };
    const proof = rule.proves(given);
    const silence =
      proof === NOTHING
        ? ({ state: "not-tried", words: `${rule.id} found nothing against it, ${whatWouldProve(rule.item)}` } as const)
        : ({ state: "proven", words: proof } as const);
    return { rule: known, subject, findings: [], silence };
  } catch (error) {
    // What the user's own files cause is theirs to mend, and has a code.
    if (isSeaworthyError(error)) throw error;
    return {
      rule: known,
      subject,
      findings: [failure(known, given, error)],
      silence: { state: "not-tried", words: `the rule ${rule.id} failed` },
    };
  }
};

const judgeService = (project: Project, service: Service, options: CheckOptions, rules: readonly AnyRule[]): readonly Judgement[] => {
  const image = options.images?.get(service.name);
  const subject: ServiceSubject = { project, service, ...(image === undefined ? {} : { image }) };
  const asService: Subject = { kind: "service", service: service.name };
  let context: ContextFacts | undefined;
  return rules.flatMap((rule): Judgement | readonly Judgement[] => {
    const untried = (words: string): Judgement => ({ rule, subject: asService, findings: [], silence: { state: "not-tried", words } });
    switch (rule.kind) {
      case "compose":
        return judge(rule, subject, asService);
      case "image":
        return image === undefined
          ? { ...untried(`the image of ${service.name} was not there to be looked at`), blind: true }
          : judge(rule, { ...subject, image }, { kind: "image", service: service.name, digest: image.digest });
      case "context": {
        if (service.build === undefined) return untried(`${service.name} is not built here`);
        context ??= (options.readContext ?? readContext)(service.build, project.folder);
        return judge(rule, { ...subject, build: service.build, context }, asService);
      }
    }
  });
};

/** What an image rule finds is evidence of kind `image` for items that know it, else it is as static as the rest. */
const evidenceKind = (rule: AnyRule): EvidenceKind =>
  rule.kind === "image" && itemOf(rule.item).evidence.includes("image") ? "image" : "static";

/** Only what is known disproves: what is merely worth knowing, or what only a trial can tell, leaves the item open. */
const disproves = (finding: Finding): boolean => finding.severity !== "info" && finding.confidence !== "possible";

const evidenceOf = (judgement: Judgement, ignored: ReadonlyMap<Finding, Suppressed>, now: number): Evidence => {
  const { rule, subject, findings, silence } = judgement;
  const base = { item: rule.item, subject, kind: evidenceKind(rule), source: rule.id, at: now };
  const open = findings.filter((finding) => !ignored.has(finding));
  const against = open.filter((finding) => finding.rule === rule.id && disproves(finding));
  if (against.length > 0)
    return { ...base, verdict: { state: "disproved" }, because: against.map((finding) => finding.message).join("; ") };
  const decided = findings.map((finding) => ignored.get(finding)).find((one) => one !== undefined);
  const reason =
    decided === undefined
      ? (open[0]?.message ?? silence.words)
      : `ignored at ${placeOf(decided.by)}: ${decided.by.reason} (${decided.finding.message})`;
  if (findings.length > 0 || silence.state === "not-tried") return { ...base, verdict: { state: "not-tried", reason }, because: reason };
  return { ...base, verdict: { state: "proven" }, because: silence.words };
};

const keyOf = (judgement: Judgement): string =>
  `${judgement.rule.item} ${judgement.subject.kind === "service" || judgement.subject.kind === "image" ? judgement.subject.service : ""}`;

/** An item is not proven for a subject by one rule while another's finding about it was ignored, is open or could not be looked for. */
const holdBack = (evidence: readonly (readonly [Judgement, Evidence])[]): readonly Evidence[] => {
  const doubtful = new Map(
    evidence
      .filter(([judgement, one]) => judgement.findings.length > 0 && one.verdict.state === "not-tried")
      .map(([judgement, one]) => [keyOf(judgement), one.because]),
  );
  return evidence.map(([judgement, one]) => {
    const reason = doubtful.get(keyOf(judgement));
    return one.verdict.state === "proven" && reason !== undefined ? { ...one, verdict: { state: "not-tried", reason } as const } : one;
  });
};

/** Rules that have had their say: an ignore for one of the others may still be needed, once the image is there. */
const settledRules = (rules: readonly AnyRule[], judgements: readonly Judgement[]): ReadonlySet<string> => {
  const blind = new Set(judgements.filter((one) => one.blind === true).map((one) => one.rule.id));
  return new Set(rules.map((rule) => rule.id).filter((id) => !blind.has(id)));
};

const byPlace = (a: Finding, b: Finding): number =>
  a.path.localeCompare(b.path) || (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0) || a.rule.localeCompare(b.rule);

/** Judges a project by the static rules. @throws INPUT_NOT_FOUND, INPUT_INVALID for a build context or an ignore file that cannot be read. */
export const checkProject = (project: Project, options: CheckOptions): CheckResult => {
  const rules = options.rules ?? RULES;
  const judgements = project.services.flatMap((service) => judgeService(project, service, options, rules));
  const all = judgements.flatMap((judgement) => judgement.findings);
  const { findings, suppressed } = applySuppressions(all, readSuppressions(project), {
    now: options.now,
    settled: settledRules(rules, judgements),
  });
  const ignored = new Map(suppressed.map((one) => [one.finding, one]));
  return {
    findings: findings.toSorted(byPlace),
    evidence: holdBack(judgements.map((judgement) => [judgement, evidenceOf(judgement, ignored, options.now)] as const)),
    suppressed,
  };
};
