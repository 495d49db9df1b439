import type { ItemId } from "../checklist/index.ts";
import type { Baseline } from "./baseline.ts";
import type { Lab } from "./lab/lab.ts";
import type { Series } from "./series.ts";
import type { Subject } from "./subject.ts";

/** How much is tried: `quick` in under 10 s, `standard` in under 30 s, `deep` in under 120 s for a usual service. Each holds those before it. */
export const LEVELS = ["quick", "standard", "deep"] as const;
export type Level = (typeof LEVELS)[number];

/** A number with its unit in the name, or a word. */
export type Measured = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/** A change to the service's own section of the compose file, with the measurement behind it. */
export interface Proposal {
  /** Below the service: `["deploy", "resources", "limits", "memory"]`. */
  readonly path: readonly string[];
  readonly value: string | number | boolean | readonly string[];
  readonly because: string;
}

/** What an experiment showed. A trial never says proven of what it did not see happen. */
export interface Reading {
  readonly state: "proven" | "disproved" | "not-tried";
  /** What was seen, in words that stand alone, or why nothing was tried. */
  readonly because: string;
  readonly measured?: Measured;
  readonly series?: Series;
  /** What this rests on and what would change it: "only paths that the smoke requests reach were written". */
  readonly unless?: string;
  readonly proposals?: readonly Proposal[];
}

/** One experiment. */
export interface Trial {
  /** The file's name: `graceful-stop`. */
  readonly id: string;
  /** What of the checklist it proves or disproves. */
  readonly items: readonly ItemId[];
  /** Those of them that it proves by itself. Of the others it shows a part: it can disprove them, and proves nothing. Default: none. */
  readonly proves?: readonly ItemId[];
  readonly level: Level;
  /** The claim, in a sentence. */
  readonly summary: string;
  /** What happens to those whose container fails it. */
  readonly why: string;
  /** What is done and what counts, in a sentence or two. */
  readonly method: string;
  readonly source: string;
  /** Runs with nothing beside it, because it measures time or use. */
  readonly alone?: boolean;
  /** True, or why this subject cannot be tried. */
  readonly applies: (subject: Subject, baseline: Baseline) => true | string;
  readonly run: (lab: Lab, baseline: Baseline) => Promise<Reading>;
}
