import type { Profile } from "../checklist/index.ts";
import type { BuildInput, Project, Service } from "../project/index.ts";
import { RULES } from "./catalogue.ts";
import { type ContextFacts, readContext } from "./context-facts.ts";
import { byPlace, type CheckResult, evidenceFrom, judge, type Judged, type Judgement, rulesOf } from "./judge.ts";
import type { AnyRule } from "./rule.ts";
import type { ImageFacts, Keys, ProjectRuleKind, ServiceSubject } from "./subject.ts";
import { applySuppressions, projectSuppressions } from "./suppression.ts";

export interface CheckOptions {
  /** By service name; a service without one is judged by its files alone. */
  readonly images?: ReadonlyMap<string, ImageFacts>;
  /** Default: all of the catalogue. Those that judge no service are left out. */
  readonly rules?: readonly AnyRule[];
  /** Default: the project's own. */
  readonly profile?: Profile;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How a build context is looked through. Default: on the file system. */
  readonly readContext?: (build: BuildInput, projectFolder: string) => ContextFacts;
}

const placeIn =
  (service: Service, project: Project) =>
  (at: Keys | undefined): ReturnType<Judged<ProjectRuleKind>["place"]> => {
    const origin = service.locate(...(at ?? [])) ?? service.locate() ?? project.locate("services", service.name);
    if (origin === undefined) return { service: service.name, path: project.files[0]?.path ?? "compose.yaml" };
    const oneLine = origin.range.start.line === origin.range.end.line;
    return { service: service.name, path: origin.path, range: oneLine ? origin.range : (origin.key ?? origin.range) };
  };

const judgeService = (project: Project, service: Service, options: CheckOptions, rules: readonly AnyRule[]): readonly Judgement[] => {
  const image = options.images?.get(service.name);
  const subject: ServiceSubject = { project, service, ...(image === undefined ? {} : { image }) };
  const judged: Judged<ProjectRuleKind> = {
    subject: { kind: "service", service: service.name },
    name: service.name,
    place: placeIn(service, project),
  };
  const seeing = (judgement: Judgement): Judgement => ({ ...judgement, blind: judgement.idle === true && image === undefined });
  let context: ContextFacts | undefined;
  return rules.flatMap((rule): Judgement | readonly Judgement[] => {
    const untried = (words: string): Judgement => ({
      rule,
      subject: judged.subject,
      findings: [],
      silence: { state: "not-tried", words },
    });
    switch (rule.kind) {
      case "compose":
        return seeing(judge<typeof rule.kind>(rule, subject, judged));
      case "image":
        return image === undefined
          ? { ...untried(`the image of ${service.name} was not there to be looked at`), blind: true }
          : judge<typeof rule.kind>(
              rule,
              { ...subject, image },
              { ...judged, subject: { kind: "image", service: service.name, digest: image.digest } },
            );
      case "context": {
        if (service.build === undefined) return untried(`${service.name} is not built here`);
        context ??= (options.readContext ?? readContext)(service.build, project.folder);
        return seeing(judge<typeof rule.kind>(rule, { ...subject, build: service.build, context }, judged));
      }
      default:
        return [];
    }
  });
};

const JUDGES_SERVICES: ReadonlySet<AnyRule["kind"]> = new Set<ProjectRuleKind>(["compose", "image", "context"]);

/** Rules that have had their say: an ignore for one of the others may still be needed, once the image is there or a file of its kind is looked at. */
const settledRules = (rules: readonly AnyRule[], judgements: readonly Judgement[]): ReadonlySet<string> => {
  const blind = new Set(judgements.filter((one) => one.blind === true).map((one) => one.rule.id));
  return new Set(rules.map((rule) => rule.id).filter((id) => !blind.has(id)));
};

/** Judges a project by the static rules. @throws INPUT_NOT_FOUND, INPUT_INVALID for a build context or an ignore file that cannot be read. */
export const checkProject = (project: Project, options: CheckOptions): CheckResult => {
  const chosen = options.rules ?? rulesOf(RULES, options.profile ?? project.policy.profile);
  const rules = chosen.filter((rule) => JUDGES_SERVICES.has(rule.kind));
  const judgements = project.services.flatMap((service) => judgeService(project, service, options, rules));
  const all = judgements.flatMap((judgement) => judgement.findings);
  const { findings, suppressed } = applySuppressions(all, projectSuppressions(project), {
    now: options.now,
    settled: settledRules(rules, judgements),
    kinds: JUDGES_SERVICES,
  });
  return { findings: findings.toSorted(byPlace), evidence: evidenceFrom(judgements, suppressed, options.now), suppressed };
};
