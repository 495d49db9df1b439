import type { ItemId } from "../../checklist/index.ts";

/** A value over a time, or of each start. */
export interface TrialSeries {
  readonly name: "memory" | "stop" | "start-up";
  readonly unit: "bytes" | "requests" | "ms";
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
  readonly limit?: number;
}

export interface TrialVerdict {
  readonly id: string;
  readonly items: readonly ItemId[];
  /** What it would show, in a sentence. */
  readonly claim: string;
  /** `waived`: disproved, and lived with for now. */
  readonly verdict: "proven" | "disproved" | "not-tried" | "waived";
  readonly waived?: { readonly by: string; readonly until: string; readonly why: string };
  readonly because: string;
  readonly unless?: string;
  readonly measured: Readonly<Record<string, number | string | boolean | readonly string[]>>;
  readonly series?: TrialSeries;
  readonly seconds: number;
}

export interface TrialProposal {
  readonly path: readonly string[];
  readonly value: string | number | boolean | readonly string[];
  readonly because: string;
}

/** One service or image of `seaworthy/trial@1`: what `trial --json` prints and `trial --html` shows. */
export interface TrialDocument {
  /** `image`: its digest; `reference`: what an image that was tried by itself was named. */
  readonly subject: ({ readonly service: string } | { readonly reference: string }) & { readonly image: string };
  /** ISO 8601. */
  readonly at: string;
  readonly level: string;
  readonly seconds: number;
  readonly smoke: string;
  readonly upMs: number;
  readonly differences: readonly string[];
  readonly trials: readonly TrialVerdict[];
  readonly proposals: readonly TrialProposal[];
}

/** As people call it. */
export const subjectName = ({ subject }: TrialDocument): string => ("service" in subject ? subject.service : subject.reference);
