import type { Digest, Platform } from "../core/index.ts";
import type { ImageRunConfig } from "../engine/index.ts";
import type { BuildInput, Project, Service } from "../project/index.ts";
import type { ContextFacts } from "./context-facts.ts";

/** What is known of a service's built or pulled image. */
export interface ImageFacts {
  /** The manifest for its platform: the subject of evidence. */
  readonly digest: Digest;
  readonly platform: Platform;
  /** Unpacked, as the engine counts it. */
  readonly sizeBytes: number;
  readonly config: ImageRunConfig;
  readonly layers: readonly Digest[];
}

/** A service as the compose files describe it; its image too, when it is there already. */
export interface ServiceSubject {
  readonly project: Project;
  readonly service: Service;
  readonly image?: ImageFacts;
}

export interface ImageSubject extends ServiceSubject {
  readonly image: ImageFacts;
}

/** What a build sends to the engine. */
export interface ContextSubject extends ServiceSubject {
  readonly build: BuildInput;
  readonly context: ContextFacts;
}

/** The kinds of rules, by what they judge. A rule's id begins with its kind, its file lies in the folder of that name. */
export interface Subjects {
  readonly compose: ServiceSubject;
  readonly image: ImageSubject;
  readonly context: ContextSubject;
}

export type RuleKind = keyof Subjects;
