import type { Finding, ItemId, Severity } from "../checklist/index.ts";
import type { ImageRunConfig } from "../engine/index.ts";
import type { RuleKind, Subjects } from "./subject.ts";

/** What a rule says of one place. The frame adds the rule, its item and the place in the file. */
export interface Complaint {
  /** Keys within the service, as `locate` takes them; the nearest one that was written is shown. Default: the service itself. */
  readonly at?: readonly (string | number)[];
  /** What is wrong here, with the user's own names in it. Never a secret's value. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** Where this complaint differs from the rule's own. */
  readonly severity?: Severity;
  readonly confidence?: Finding["confidence"];
  readonly fix?: Finding["fix"];
}

/** An example is the least that shows the rule: it is shown by `explain`, and it is the rule's test. */
export interface ExampleInputs {
  /** A whole compose file. */
  readonly compose: string;
  /** An image's configuration, and the lines of the service that runs it. */
  readonly image: { readonly config: Partial<ImageRunConfig>; readonly sizeBytes?: number; readonly service?: string };
  /** The context's files, by path; `.dockerignore` among them. Content where it matters. */
  readonly context: Readonly<Record<string, string>>;
}

/** Silence on a subject to which the rule applies proves nothing. */
export const NOTHING = Symbol("proves nothing");

/** One static rule. Every rule has all of these fields. */
export interface Rule<K extends RuleKind = RuleKind> {
  readonly id: `${K}/${string}`;
  readonly kind: K;
  /** The peers' rules of the same meaning, as `tool:id` (hadolint, dockle, trivy, composelint ...). An ignore comment may use them. */
  readonly aliases: readonly string[];
  readonly item: ItemId;
  readonly severity: Severity;
  readonly confidence: Finding["confidence"];
  /** What must be so, in one sentence. */
  readonly summary: string;
  /** What happens otherwise. */
  readonly why: string;
  /** Where it is written: a specification or manual. */
  readonly source: string;
  /** Each `bad` makes this rule speak, each `good` leaves it silent. */
  readonly examples: readonly { readonly bad: ExampleInputs[K]; readonly good: ExampleInputs[K] }[];
  /** True, or why the rule has nothing to say about this subject. */
  readonly applies: (subject: Subjects[K]) => true | string;
  /** What its silence proves about the item, in words that stand alone, or NOTHING. */
  readonly proves: (subject: Subjects[K]) => string | typeof NOTHING;
  readonly check: (subject: Subjects[K]) => Iterable<Complaint>;
}

export type AnyRule = { readonly [K in RuleKind]: Rule<K> }[RuleKind];

const define =
  <K extends RuleKind>(kind: K) =>
  (definition: Omit<Rule<K>, "kind">): Rule<K> =>
    Object.freeze({ ...definition, kind });

/** Judges a service of the compose files. */
export const composeRule = define("compose");
/** Judges a built image's configuration, together with the service that runs it. */
export const imageRule = define("image");
/** Judges what a build sends to the engine. */
export const contextRule = define("context");
