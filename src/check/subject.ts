import type { Range, SourceText } from "../core/index.ts";
import type { BuildInput, Project, Service, RuleSettings } from "../project/index.ts";
import type { ComposeNode, MappingNode, Span } from "../source/index.ts";
import type { Dockerfile, EvaluatedStage, Evaluation } from "../source/dockerfile/index.ts";
import type { IgnoreFile } from "../source/dockerignore/index.ts";
import type { Manifests, Resource } from "../source/kubernetes/index.ts";
import type { WorkflowFile } from "../source/workflow/index.ts";
import type { ContextFacts } from "./context-facts.ts";
import type { ImageFacts, ImageSpot, ImageSubject } from "./image/image-subject.ts";

export type { ImageFacts, ImageSubject } from "./image/image-subject.ts";
import type { ExpectedRun } from "./expected-run.ts";

/** A service as the compose files describe it; its image too, when it is there already. */
export interface ServiceSubject {
  readonly project: Project;
  readonly service: Service;
  /** The service as it was written, merged and in one form: what `service.spec` does not honour stands here too. */
  readonly node: ComposeNode;
  readonly settings: RuleSettings;
  readonly image?: ImageFacts;
  /** How images that are not there yet will run, by service; absent where nothing tells. */
  readonly expected?: ReadonlyMap<string, ExpectedRun>;
}

/** One compose file by itself: what is not about what it means, but how it is written. */
export interface ComposeFileSubject {
  readonly project: Project;
  readonly source: SourceText;
  /** Its last document, aliases and merge keys resolved, variables as written. */
  readonly tree: MappingNode;
  readonly settings: RuleSettings;
}

/** What a build sends to the engine. */
export interface ContextSubject extends ServiceSubject {
  readonly build: BuildInput;
  readonly context: ContextFacts;
}

/** A piece of the subject's file, as lines and columns or as offsets of a text. */
export type Spot = Range | Span;

/** What the rules of all text files are given: the file, where to point at when nothing narrower is wrong, and what the user set. */
export interface FileSubject {
  readonly source: SourceText;
  /** As messages call it: `Deployment/web`, `Dockerfile`, `job build`. */
  readonly name: string;
  readonly spot: Spot;
  readonly settings: RuleSettings;
}

/** One Kubernetes object, among all that are checked together. */
export interface KubernetesSubject extends FileSubject {
  readonly resource: Resource;
  readonly manifests: Manifests;
}

/** One workflow file. */
export interface WorkflowSubject extends FileSubject {
  readonly file: WorkflowFile;
}

/** One Dockerfile, with its variables replaced and its stages put together. */
export interface DockerfileSubject extends FileSubject {
  readonly file: Dockerfile;
  readonly evaluation: Evaluation;
  /** The stage that becomes the image. */
  readonly target?: EvaluatedStage;
  /** Of the build context, where it is known. */
  readonly ignore?: IgnoreFile;
  /** It was written from an image's history: what a copy brought is known by its hash alone. */
  readonly fromHistory?: true;
}

/** The kinds of rules, by what they judge. A rule's id begins with its kind, its file lies in the folder of that name. */
export interface Subjects {
  readonly compose: ServiceSubject;
  readonly "compose-file": ComposeFileSubject;
  readonly image: ImageSubject;
  readonly context: ContextSubject;
  readonly kubernetes: KubernetesSubject;
  readonly workflow: WorkflowSubject;
  readonly dockerfile: DockerfileSubject;
}

export type RuleKind = keyof Subjects;

/** Kinds that judge the services of a compose project. */
export type ServiceRuleKind = "compose" | "image" | "context";

/** Kinds that judge a compose project: its services and its files. */
export type ProjectRuleKind = ServiceRuleKind | "compose-file";

/** Kinds that judge a parsed text file. */
export type FileRuleKind = Exclude<RuleKind, ProjectRuleKind>;

/** Keys within the service, as `locate` takes them; the nearest one that was written is shown. */
export type Keys = readonly (string | number)[];

/** How the rules of a kind say where. */
export type PlaceIn<K extends RuleKind> = K extends "image"
  ? Keys | Span | ImageSpot
  : K extends ServiceRuleKind
    ? Keys | Span
    : K extends "compose-file"
      ? Span
      : Spot;
