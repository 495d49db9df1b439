import type { Digest, Edit, Range } from "../core/index.ts";
import type { ItemId } from "./items.ts";

/** By consequence: `error` loses data, requests or secrets; `warning` will hurt one day; `info` is worth knowing. */
export const SEVERITIES = ["info", "warning", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something a rule saw that stands against an item. */
export interface Finding {
  /** The rule's id, `kind/name`. */
  readonly rule: string;
  /** Absent when it is about the checking itself: an ignore comment that matches nothing. */
  readonly item?: ItemId;
  readonly severity: Severity;
  /** How sure: `certain` follows from the text alone; `likely` needs a usual setting; `possible` only a trial can tell. */
  readonly confidence: "certain" | "likely" | "possible";
  /** What is wrong here, with the user's own names in it. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The compose service it concerns, when it concerns one. */
  readonly service?: string;
  readonly path: string;
  readonly range?: Range;
  /** Where in an image it is: a file in the layer of this diffID, or a step of the history, counted from 1. `path` says the same in one text. */
  readonly image?: { readonly layer?: Digest; readonly file?: string; readonly step?: number };
  /** The peers' rules that say exactly this, as `tool:id`, where the rule's own aliases are wider. */
  readonly peers?: readonly string[];
  /** Edits of the user's text that mend it, all or none. */
  readonly fix?: { readonly path: string; readonly edits: readonly Edit[] };
}

export const atLeast = (severity: Severity, threshold: Severity): boolean => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);
