import type { Finding } from "../../checklist/index.ts";
import type { SourceText } from "../../core/index.ts";
import type { RuleSettings } from "../../project/index.ts";
import { parseDockerfile } from "../../source/dockerfile/index.ts";
import { placeOfSpot } from "../files.ts";
import { judge, type Judgement } from "../judge.ts";
import { dockerfileSubject } from "../kinds/dockerfile.ts";
import type { AnyRule, Rule } from "../rule.ts";
import type { Severities } from "../severities.ts";
import { stepsOf } from "../../source/history/index.ts";
import type { ImageFacts } from "./image-subject.ts";
import { rebuilt } from "./rebuilt.ts";

/** Rules for Dockerfiles whose meaning a history can show: what commands did, not how the file was written. */
const OF_COMMANDS: ReadonlySet<string> = new Set([
  "dockerfile/apk-untrusted",
  "dockerfile/apt-dist-upgrade",
  "dockerfile/apt-force-yes",
  "dockerfile/apt-unauthenticated",
  "dockerfile/copy-not-add",
  "dockerfile/fetch-tls-check",
  "dockerfile/npm-strict-ssl",
  "dockerfile/package-update-alone",
  "dockerfile/password-in-build",
  "dockerfile/pip-trusted-host",
  "dockerfile/piped-to-shell",
  "dockerfile/plain-http",
  "dockerfile/remote-add",
  "dockerfile/rpm-gpg-check",
  "dockerfile/rpm-signature",
  "dockerfile/rpm-tls-check",
  "dockerfile/ssh-port",
  "dockerfile/sudo",
  "dockerfile/tls-check-variable",
  "dockerfile/world-writable",
  "dockerfile/zypper-dist-upgrade",
]);

/** What these suspect, the layers show, when they were read: a history does not tell which folders were caches that stayed outside. */
const OF_LEFTOVERS: ReadonlySet<string> = new Set([
  "dockerfile/apk-cache",
  "dockerfile/apt-lists",
  "dockerfile/dnf-clean",
  "dockerfile/pip-cache",
  "dockerfile/yarn-cache",
  "dockerfile/yum-clean",
  "dockerfile/zypper-clean",
]);

/** Whether a rule can judge an image by its configuration: a rule for images, or one for Dockerfiles that a history can be held to. */
export const judgesImages = (rule: AnyRule): boolean => rule.kind === "image" || OF_COMMANDS.has(rule.id) || OF_LEFTOVERS.has(rule.id);

const isOfHistory =
  (image: ImageFacts) =>
  (rule: AnyRule): rule is Rule<"dockerfile"> =>
    rule.kind === "dockerfile" && (OF_COMMANDS.has(rule.id) || (image.files === undefined && OF_LEFTOVERS.has(rule.id)));

/** What came with the base is for its makers to mend; and a history is less sure than the Dockerfile it came from. */
const softened = (finding: Finding, fromBase: boolean): Finding => {
  const { fix: _, ...rest } = finding;
  return {
    ...rest,
    severity: fromBase ? "info" : finding.severity,
    confidence: finding.confidence === "certain" && !fromBase ? "likely" : "possible",
    message: `${finding.message}${fromBase ? " (a step of the base image)" : ""}`,
  };
};

export interface JudgedHistory {
  readonly judgements: readonly Judgement[];
  /** What the findings' ranges are of. */
  readonly text: SourceText;
  /** Where a step begins in it. */
  readonly lineOf: (step: number) => number | undefined;
}

/** The history of an image, judged by the rules for Dockerfiles. */
export const judgeHistory = (
  name: string,
  image: ImageFacts,
  rules: readonly AnyRule[],
  settings: RuleSettings,
  severities: Severities,
): JudgedHistory => {
  const { source, stepAt, lineOf } = rebuilt(`${name} history`, stepsOf(image.history ?? []));
  const file = parseDockerfile(source);
  const given = { ...dockerfileSubject(file, settings), name: `the history of ${name}`, fromHistory: true as const };
  const place = placeOfSpot(given);
  const judgements = rules.filter(isOfHistory(image)).map((rule): Judgement => {
    const judgement = judge<"dockerfile">(rule, given, {
      subject: { kind: "image", service: name, digest: image.digest },
      name: given.name,
      place,
      severities,
    });
    const findings = judgement.findings.map((finding): Finding => {
      const step = stepAt(finding.range?.start.line ?? 1);
      const placed = step === undefined ? finding : { ...finding, image: { step: step.number } };
      return finding.rule === rule.id ? softened(placed, step?.fromBase === true) : placed;
    });
    return { ...judgement, findings };
  });
  return { judgements, text: source, lineOf };
};
