import type { Finding, Profile, Severity } from "../../checklist/index.ts";
import type { SourceText } from "../../core/index.ts";
import type { RuleSettings, Settings } from "../../project/index.ts";
import { BASE_RULES } from "../catalogue.ts";
import { byPlace, type CheckResult, evidenceFrom, judge, type Judged, type Judgement, rulesOf } from "../judge.ts";
import type { AnyRule } from "../rule.ts";
import { settingsSuppressions } from "../settings-suppressions.ts";
import { asWritten, severitiesOf } from "../severities.ts";
import { applySuppressions } from "../suppression.ts";
import { dockleIgnores } from "./dockle-ignores.ts";
import { type ImageFacts, isImageSpot, type LoneImage } from "./image-subject.ts";
import { judgeHistory } from "./judge-history.ts";

export interface CheckImageOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The tag or reference it is known under, where there is one. */
  readonly reference?: string;
  /** Default: all of the catalogue that the profile runs. */
  readonly rules?: readonly AnyRule[];
  /** Default: that of the settings, else `production`. */
  readonly profile?: Profile;
  /** What the user set, in the folder `from`, absolute. */
  readonly governing?: { readonly settings: Settings; readonly from: string };
  /** For tests of single rules. Default: those of `governing`. */
  readonly settings?: RuleSettings;
  /** The value of `DOCKLE_IGNORES` and the text of `.dockleignore`: dockle's ignores are honoured. */
  readonly dockle?: { readonly environment?: string | undefined; readonly file?: string | undefined };
}

export interface ImageResult extends CheckResult {
  /** The texts that findings point into: the history, written as a Dockerfile. */
  readonly sources: readonly SourceText[];
  /** Findings as severe as this, or more, fail the check. */
  readonly fail: Severity;
}

/** As docker cp names it: `shop/web:1.2.3:/etc/passwd`. A step's place is in the history. */
const placeIn =
  (name: string, history: { readonly text: SourceText; readonly lineOf: (step: number) => number | undefined }): Judged<"image">["place"] =>
  (at) => {
    if (at === undefined || !isImageSpot(at)) return { path: name };
    if ("file" in at) return { path: `${name}:${at.file}`, image: at };
    const line = history.lineOf(at.step) ?? 1;
    const start = history.text.offsetOfLine(line);
    return { path: history.text.path, image: at, range: history.text.range(start, start + history.text.line(line).length) };
  };

/** Judges an image by itself: its configuration, its history and, where they were read, its layers. `name` is what the user calls it. */
export const checkImage = (name: string, image: ImageFacts, options: CheckImageOptions): ImageResult => {
  const { governing, now } = options;
  const check = governing?.settings.settings.check;
  const profile = options.profile ?? options.settings?.profile ?? check?.profile ?? governing?.settings.policy.profile ?? "production";
  const settings: RuleSettings = { ...(options.settings ?? check), profile };
  const severities = governing === undefined ? asWritten : severitiesOf(governing.settings, governing.from, now);
  const rules = options.rules ?? rulesOf(BASE_RULES, profile);
  const history = judgeHistory(name, image, rules, settings, severities);
  const subject: LoneImage = {
    name,
    image,
    settings,
    ...(options.reference === undefined ? {} : { reference: options.reference }),
  };
  const judged: Judged<"image"> = {
    subject: { kind: "image", service: name, digest: image.digest },
    name,
    place: placeIn(name, history),
    severities,
  };
  const judgements: readonly Judgement[] = [
    ...rules.flatMap((rule) => (rule.kind === "image" ? [judge(rule, subject, judged)] : [])),
    ...history.judgements,
  ];
  const ignores = [
    ...(governing === undefined ? [] : settingsSuppressions(governing.settings, governing.from, { partial: true })),
    ...dockleIgnores(options.dockle ?? {}),
  ];
  const all = judgements.flatMap((judgement): readonly Finding[] => judgement.findings);
  const { findings, suppressed } = applySuppressions(all, ignores, {
    now,
    settled: new Set(judgements.filter(({ idle }) => idle !== true).map(({ rule }) => rule.id)),
    kinds: new Set(["image", "dockerfile"]),
  });
  return {
    findings: findings.toSorted(byPlace),
    evidence: evidenceFrom(judgements, suppressed, now),
    suppressed,
    sources: [history.text],
    fail: check?.fail ?? (profile === "dev" ? "error" : "warning"),
  };
};
