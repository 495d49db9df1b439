import type { Digest } from "../core/index.ts";
import type { ItemId } from "./items.ts";

/** How something became known, weakest first: a stronger kind outweighs a weaker one about the same item and subject. */
export const EVIDENCE_KINDS = ["static", "image", "scan", "signature", "trial", "live"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What the evidence is about. */
export type Subject =
  | { readonly kind: "project"; readonly project: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "service"; readonly service: string }
  | { readonly kind: "image"; readonly service: string; readonly digest: Digest }
  | { readonly kind: "host"; readonly host: string };

export type Verdict =
  | { readonly state: "proven" }
  | { readonly state: "disproved" }
  /** Nothing is ever passed because it was not looked at: the reason is not optional. */
  | { readonly state: "not-tried"; readonly reason: string }
  | { readonly state: "waived"; readonly by: string; readonly until: string; readonly why: string };

export type VerdictState = Verdict["state"];

/** One thing that was found out about one checklist item. The same shape from a rule, a trial, a scan, a signature check and a live reading. */
export interface Evidence {
  readonly item: ItemId;
  readonly subject: Subject;
  readonly kind: EvidenceKind;
  readonly verdict: Verdict;
  /** What found it out: a rule, trial or check id, e.g. `compose/read-only-root`. */
  readonly source: string;
  /** What was seen, in words that stand alone. */
  readonly because: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export const formatSubject = (subject: Subject): string => {
  switch (subject.kind) {
    case "project":
      return subject.project;
    case "file":
      return subject.path;
    case "service":
      return subject.service;
    case "image":
      return `${subject.service}@${subject.digest.slice(0, 19)}`;
    case "host":
      return subject.host;
  }
};
