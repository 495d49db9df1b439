import { existsSync } from "node:fs";
import type { Finding, Profile } from "../checklist/index.ts";
import type { BuildInput, Project, Service, RuleSettings } from "../project/index.ts";
import { child, type Problem, type Span } from "../source/index.ts";
import type { KnownBases } from "./base-images.ts";
import { BASE_RULES } from "./catalogue.ts";
import { type ContextFacts, readContext } from "./context-facts.ts";
import { composeFileSubjects } from "./compose/files.ts";
import { findingInFile, inlineDockerfiles } from "./compose/inline-dockerfiles.ts";
import type { ExpectedRun } from "./expected-run.ts";
import { checkFiles } from "./files.ts";
import { byPlace, type CheckResult, evidenceFrom, judge, type Judged, type Judgement, rulesOf } from "./judge.ts";
import { isImageSpot } from "./image/image-subject.ts";
import { loadFindings } from "./load-findings.ts";
import type { AnyRule } from "./rule.ts";
import { type EvaluatedDockerfiles, evaluateServiceDockerfiles, expectedRuns, judgeServiceDockerfiles } from "./service-dockerfiles.ts";
import { type Severities, severitiesOf, unknownRules } from "./severities.ts";
import type { ImageFacts, Keys, ServiceRuleKind, ServiceSubject } from "./subject.ts";
import { applySuppressions, projectSuppressions } from "./suppression.ts";

export interface CheckOptions {
  /** By service name; a service without one is judged by its files alone. */
  readonly images?: ReadonlyMap<string, ImageFacts>;
  /** What is known of images that services are built on or run. Default: nothing. */
  readonly bases?: KnownBases | undefined;
  /** Texts of Dockerfiles to judge instead of what is on disk, by absolute path. */
  readonly replaced?: ReadonlyMap<string, string> | undefined;
  /** Default: all of the catalogue. Those that judge no service are left out. */
  readonly rules?: readonly AnyRule[];
  /** Default: that of `settings`, else the project's own for its checks, else its policy's. */
  readonly profile?: Profile;
  /** What kept the project from being loaded (readProject): findings of their own. Default: nothing did. */
  readonly problems?: readonly Problem[];
  /** Default: the project's own. */
  readonly settings?: RuleSettings;
  /** False leaves out what the rules' findings and silence prove. Default true. */
  readonly evidence?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How a build context is looked through. Default: on the file system. */
  readonly readContext?: (build: BuildInput, projectFolder: string) => ContextFacts;
}

/** The options with what the project sets. */
interface Checking extends CheckOptions {
  readonly profile: Profile;
  readonly settings: RuleSettings & { readonly profile: Profile };
  readonly severities: Severities;
  readonly expected: ReadonlyMap<string, ExpectedRun>;
  readonly dockerfiles: EvaluatedDockerfiles;
}

const checking = (project: Project, options: CheckOptions): Checking => {
  const settings = options.settings ?? project.settings.check;
  const profile = options.profile ?? settings.profile ?? project.settings.check.profile ?? project.policy.profile;
  const inProfile = { ...settings, profile };
  const dockerfiles = evaluateServiceDockerfiles(project, inProfile, options);
  return {
    ...options,
    profile,
    settings: inProfile,
    severities: severitiesOf(project, project.folder, options.now),
    dockerfiles,
    expected: expectedRuns(project, dockerfiles, options.bases),
  };
};

const isSpan = (at: Keys | Span): at is Span => "source" in at;

const placeOf = ({ source, start, end }: Span): Pick<Finding, "path" | "range"> => {
  const newline = source.text.slice(0, end).indexOf("\n", start);
  return { path: source.path, range: source.range(start, newline < 0 ? end : newline) };
};

const placeIn =
  (service: Service, project: Project) =>
  (at: Keys | Span | undefined): ReturnType<Judged<ServiceRuleKind>["place"]> => {
    if (at !== undefined && isSpan(at)) return { service: service.name, ...placeOf(at) };
    const origin = service.locate(...(at ?? [])) ?? service.locate() ?? project.locate("services", service.name);
    if (origin === undefined) return { service: service.name, path: project.files[0]?.path ?? "compose.yaml" };
    const oneLine = origin.range.start.line === origin.range.end.line;
    return { service: service.name, path: origin.path, range: oneLine ? origin.range : (origin.key ?? origin.range) };
  };

/** What is wrong inside an image is shown at the service that runs it. */
const imagePlaceIn =
  (service: Service, project: Project): Judged<"image">["place"] =>
  (at) =>
    at !== undefined && isImageSpot(at)
      ? { ...placeIn(service, project)(service.build === undefined ? ["image"] : ["build"]), image: at }
      : placeIn(service, project)(at);

const judgeService = (project: Project, service: Service, options: Checking, rules: readonly AnyRule[]): readonly Judgement[] => {
  const image = options.images?.get(service.name);
  const subject: ServiceSubject = {
    project,
    service,
    node: child(child(project.written, "services"), service.name) ?? project.written,
    settings: options.settings,
    expected: options.expected,
    ...(image === undefined ? {} : { image }),
  };
  const judged: Judged<"compose"> = {
    subject: { kind: "service", service: service.name },
    name: service.name,
    place: placeIn(service, project),
    severities: options.severities,
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
              { ...subject, name: service.name, image },
              { ...judged, subject: { kind: "image", service: service.name, digest: image.digest }, place: imagePlaceIn(service, project) },
            );
      case "context": {
        if (service.build === undefined) return untried(`${service.name} is not built here`);
        if (options.readContext === undefined && !existsSync(service.build.context))
          return untried(`the build context of ${service.name} is not there`);
        context ??= (options.readContext ?? readContext)(service.build, project.folder);
        return seeing(judge<typeof rule.kind>(rule, { ...subject, build: service.build, context }, { ...judged }));
      }
      default:
        return [];
    }
  });
};

const judgeFiles = (project: Project, options: Checking, rules: readonly AnyRule[]): readonly Judgement[] => {
  const ofFiles = rules.filter((rule) => rule.kind === "compose-file");
  if (ofFiles.length === 0) return [];
  return composeFileSubjects(project, options.settings).flatMap((subject) => {
    const judged: Judged<"compose-file"> = {
      subject: { kind: "file", path: subject.source.path },
      name: subject.source.path,
      place: (at) => placeOf(at ?? subject.tree),
      severities: options.severities,
    };
    return ofFiles.map((rule) => judge(rule, subject, judged));
  });
};

const JUDGES_PROJECTS: ReadonlySet<AnyRule["kind"]> = new Set<AnyRule["kind"]>([
  "compose",
  "compose-file",
  "image",
  "context",
  "dockerfile",
]);

/** Rules that have had their say: an ignore for one of the others may still be needed, once the image is there or a file of its kind is looked at. */
const settledRules = (rules: readonly AnyRule[], judgements: readonly Judgement[]): ReadonlySet<string> => {
  const blind = new Set(judgements.filter((one) => one.blind === true).map((one) => one.rule.id));
  const judged = new Set(judgements.map((one) => one.rule.id));
  // A Dockerfile that no service builds is judged as a file.
  return new Set(rules.filter(({ id, kind }) => !blind.has(id) && (kind !== "dockerfile" || judged.has(id))).map(({ id }) => id));
};

/** What the rules for Dockerfiles say of those that are written into the compose files. */
const inlineFindings = (project: Project, { now, settings, profile, rules, severities, bases }: Checking): readonly Finding[] =>
  inlineDockerfiles(project).flatMap((inline) =>
    checkFiles([{ kind: "dockerfile", source: inline.source }], {
      now,
      profile,
      settings,
      severities,
      rules: rules ?? rulesOf(BASE_RULES, profile),
      ...(bases === undefined ? {} : { bases }),
    }).findings.map((finding) => findingInFile(inline, finding)),
  );

/** Judges a project by the static rules. @throws INPUT_NOT_FOUND, INPUT_INVALID for a build context or an ignore file that cannot be read. */
export const checkProject = (project: Project, given: CheckOptions): CheckResult => {
  const options = checking(project, given);
  const chosen = options.rules ?? rulesOf(BASE_RULES, options.profile);
  const rules = chosen.filter((rule) => JUDGES_PROJECTS.has(rule.kind));
  const ofServices = project.services.flatMap((service) => judgeService(project, service, options, rules));
  const dockerfiles = judgeServiceDockerfiles(options.dockerfiles, rules, options.settings, options.severities);
  const judgements = [...ofServices, ...judgeFiles(project, options, rules)];
  const all = [...judgements.flatMap((judgement) => judgement.findings), ...dockerfiles.findings, ...inlineFindings(project, options)];
  const { findings, suppressed } = applySuppressions(all, [...projectSuppressions(project), ...dockerfiles.suppressions], {
    now: options.now,
    settled: settledRules(rules, [...judgements, ...dockerfiles.judgements]),
    kinds: JUDGES_PROJECTS,
  });
  return {
    findings: [...loadFindings(options.problems ?? [], project), ...unknownRules(project, project.folder), ...findings].toSorted(byPlace),
    // How a file is written says nothing of the checklist.
    evidence: options.evidence === false ? [] : evidenceFrom([...ofServices, ...dockerfiles.judgements], suppressed, options.now),
    suppressed,
  };
};
