import { quoted, type Report } from "../diagnostic.ts";
import type { Stage } from "../dockerfile.ts";
import type { MappedText } from "../mapped-text.ts";
import { stageNamed, stageReferred } from "../stages.ts";
import { expandText } from "../words/expand.ts";
import { knownText } from "../words/parts.ts";

/** What `COPY --from` or the `from` of a mount names. */
export type Reference = { readonly kind: "stage"; readonly stage: Stage } | { readonly kind: "image"; readonly image: string };

/** Variables are not replaced in either: what is written is what is meant. */
export const copyReference = (stages: readonly Stage[], from: MappedText): Reference => {
  const stage = stageReferred(stages, from.text);
  return stage === undefined ? { kind: "image", image: from.text } : { kind: "stage", stage };
};

/** A mount knows stages by name only. */
export const mountReference = (stages: readonly Stage[], from: MappedText): Reference => {
  const stage = stageNamed(stages, from.text);
  return stage === undefined ? { kind: "image", image: from.text } : { kind: "stage", stage };
};

const nameOf = (stage: Stage): string => stage.name ?? `stage-${stage.index}`;

const checkOrder = (reference: Reference, current: Stage, from: MappedText, report: Report): void => {
  if (reference.kind === "image" || reference.stage.index < current.index) return;
  if (reference.stage === current) report("reference", `circular dependency detected on stage: ${nameOf(current)}`, from.range);
  else
    report(
      "reference",
      `cannot copy from stage ${quoted(from.text)}, it needs to be defined before current stage ${quoted(nameOf(current))}`,
      from.range,
    );
};

/** Reports a `--from` that BuildKit refuses. */
export const checkCopyFrom = (stages: readonly Stage[], current: Stage, from: MappedText, escape: number, report: Report): void => {
  const plain = expandText(from.text, { escape });
  if (plain.error !== undefined) report("expansion", plain.error, from.range);
  else if (knownText(plain.parts) !== from.text)
    report(
      "reference",
      "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
      from.range,
    );
  else if (/^[+-]?\d+$/.test(from.text) && stages[Number(from.text)] === undefined)
    report("reference", `invalid stage index ${Number(from.text)}`, from.range);
  else checkOrder(copyReference(stages, from), current, from, report);
};

export const checkMountFrom = (stages: readonly Stage[], current: Stage, from: MappedText, report: Report): void =>
  checkOrder(mountReference(stages, from), current, from, report);
