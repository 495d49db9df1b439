import type { Finding, ItemId, Profile, Severity } from "../checklist/index.ts";
import type { ImageRunConfig } from "../engine/index.ts";
import type { Flaw } from "../image/index.ts";
import type { RuleSettings } from "../project/index.ts";
import type { Keys, PlaceIn, RuleKind, Spot, Subjects } from "./subject.ts";

/** What a rule says of one place. The frame adds the rule, its item and the place in the file. */
export interface Complaint<At = Keys> {
  /** Where: keys within the service, or a node, for the rules of a project; a range or span of the text for those of files. Default: the service, the resource, the file. */
  readonly at?: At;
  /** What is wrong here, with the user's own names in it. Never a secret's value. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** Where this complaint differs from the rule's own. */
  readonly severity?: Severity;
  readonly confidence?: Finding["confidence"];
  readonly fix?: Finding["fix"];
  /** Those of the rule's aliases that say exactly this, when the rule's meaning is wider than some of its peers'. Default: all of them. */
  readonly peers?: readonly string[];
}

/** A Dockerfile and what is known beside it. */
export interface DockerfileExample {
  readonly text: string;
  /** The text of its `.dockerignore`. */
  readonly ignore?: string;
  readonly settings?: RuleSettings;
}

export interface ImageExample {
  readonly config: Partial<ImageRunConfig>;
  readonly sizeBytes?: number;
  /** Lines of the service that runs it. */
  readonly service?: string;
  /** No service runs it: it is judged by itself. */
  readonly alone?: true;
  readonly reference?: string;
  /** What its layers hold, by path. Mode 0644; `deleted`: a later layer takes it away. */
  readonly files?: Readonly<Record<string, ImageExampleFile>>;
  /** What is missing in it, or is not as its documents say. */
  readonly flaws?: readonly Flaw[];
  /** The commands of its history, oldest first. */
  readonly history?: readonly string[];
}

export interface ImageExampleFile {
  readonly mode?: number;
  readonly content?: string;
  /** Default: that of the content. */
  readonly sizeBytes?: number;
  readonly deleted?: true;
}

/** An example is the least that shows the rule: it is shown by `explain`, and it is the rule's test. */
export interface ExampleInputs {
  /** A whole compose file. */
  readonly compose: string;
  /** A whole compose file, judged as a text. */
  readonly "compose-file": string;
  /** An image, and the lines of the service that runs it. */
  readonly image: ImageExample;
  /** The context's files, by path; `.dockerignore` among them. Content where it matters. */
  readonly context: Readonly<Record<string, string>>;
  /** Manifests, one text of any number of documents. */
  readonly kubernetes: string;
  /** A workflow file. */
  readonly workflow: string;
  /** A Dockerfile; where the rule looks at more than that, together with its ignore file and the user's settings. */
  readonly dockerfile: string | DockerfileExample;
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
  /** The least demanding profile that runs it. Default `dev`, so every one does; `strict` for matters of taste or of one organisation's habits. */
  readonly profile: Profile;
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
  readonly check: (subject: Subjects[K]) => Iterable<Complaint<PlaceIn<K>>>;
}

export type AnyRule = { readonly [K in RuleKind]: Rule<K> }[RuleKind];

export type Definition<K extends RuleKind> = Omit<Rule<K>, "kind" | "profile"> & { readonly profile?: Profile };

const define =
  <K extends RuleKind>(kind: K) =>
  (definition: Definition<K>): Rule<K> =>
    Object.freeze({ profile: "dev", ...definition, kind });

/** Judges a service of the compose files. */
export const composeRule = define("compose");
/** Judges one compose file as it is written. */
export const composeFileRule = define("compose-file");
/** Judges a built image's configuration, together with the service that runs it. */
export const imageRule = define("image");
/** Judges what a build sends to the engine. */
export const contextRule = define("context");
/** Judges one Kubernetes object, with the others at hand. */
export const kubernetesRule = define("kubernetes");
/** Judges a CI workflow file. */
export const workflowRule = define("workflow");
/** Judges a Dockerfile. */
export const dockerfileRule = define("dockerfile");

export type FileComplaint = Complaint<Spot>;
