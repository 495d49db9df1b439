import type { Finding, Profile } from "../../checklist/index.ts";
import type { SourceText } from "../../core/index.ts";
import type { RuleSettings } from "../../project/index.ts";
import { RULES } from "../catalogue.ts";
import { byPlace, type CheckResult, evidenceFrom, judge, type Judged, type Judgement, rulesOf } from "../judge.ts";
import type { AnyRule } from "../rule.ts";
import type { Severities } from "../severities.ts";
import { applySuppressions, type Suppression } from "../suppression.ts";
import { type ImageFacts, isImageSpot, type LoneImage } from "./image-subject.ts";
import { judgeHistory } from "./judge-history.ts";

export interface CheckImageOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The tag or reference it is known under, where there is one. */
  readonly reference?: string;
  /** Default: all of the catalogue that the profile runs. */
  readonly rules?: readonly AnyRule[];
  /** Default: that of `settings`, else `production`. */
  readonly profile?: Profile;
  readonly settings?: RuleSettings;
  readonly severities?: Severities;
  readonly ignores?: readonly Suppression[];
}

export interface ImageResult extends CheckResult {
  /** The texts that findings point into: the history, written as a Dockerfile. */
  readonly sources: readonly SourceText[];
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
  const profile = options.profile ?? options.settings?.profile ?? "production";
  const settings: RuleSettings = { ...options.settings, profile };
  const rules = options.rules ?? rulesOf(RULES, profile);
  const history = judgeHistory(name, image, rules, settings, options.severities);
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
    ...(options.severities === undefined ? {} : { severities: options.severities }),
  };
  const judgements: readonly Judgement[] = [
    ...rules.flatMap((rule) => (rule.kind === "image" ? [judge(rule, subject, judged)] : [])),
    ...history.judgements,
  ];
  const all = judgements.flatMap((judgement): readonly Finding[] => judgement.findings);
  const { findings, suppressed } = applySuppressions(all, options.ignores ?? [], {
    now: options.now,
    settled: new Set(judgements.filter(({ idle }) => idle !== true).map(({ rule }) => rule.id)),
    kinds: new Set(["image", "dockerfile"]),
  });
  return {
    findings: findings.toSorted(byPlace),
    evidence: evidenceFrom(judgements, suppressed, options.now),
    suppressed,
    sources: [history.text],
  };
};
