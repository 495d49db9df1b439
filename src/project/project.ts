import type { Policy } from "../checklist/index.ts";
import type { Digest, Platform, Range, SourceText } from "../core/index.ts";
import type { MappingNode } from "../source/index.ts";
import type { ContainerSpec } from "./container-spec.ts";
import type { ContentSettings, ProjectSettings, ServiceSettings } from "./settings.ts";

/** Where something in the project was written. `range` runs from the key (when there is one) to the end of the value; `key` and `value` are its parts, for fixes. */
export interface Origin {
  readonly path: string;
  readonly range: Range;
  readonly key?: Range;
  readonly value?: Range;
}

/** Finds where a path of keys was written: `["healthcheck", "interval"]` within a service. Falls back to the nearest parent that was written. */
export type Locate = (...path: readonly (string | number)[]) => Origin | undefined;

/** One project, fully resolved: what every stage after reading works from. */
export interface Project {
  /** The Compose project name, with the environment's suffix when one is chosen. */
  readonly name: string;
  /** `--env NAME`; absent for the plain files. */
  readonly environment?: string;
  /** Absolute folder of the first file. */
  readonly folder: string;
  readonly files: readonly SourceText[];
  readonly git?: GitState;
  readonly services: readonly Service[];
  readonly networks: readonly ProjectNetwork[];
  readonly volumes: readonly ProjectVolume[];
  readonly secrets: readonly FileSource[];
  readonly configs: readonly FileSource[];
  readonly policy: Policy;
  readonly settings: ProjectSettings;
  readonly locate: Locate;
  /** The merged files as they were written, in one form (`canonical`): for rules that ask for more than is honoured. */
  readonly written: MappingNode;
}

export interface GitState {
  /** Full commit id. */
  readonly commit: string;
  readonly branch?: string;
  /** Version tags that point at the commit, newest first. */
  readonly tags: readonly string[];
  /** Whether tracked files differ from the commit or untracked, unignored ones exist in the project's folder. */
  readonly dirty: boolean;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  readonly remoteUrl?: string;
}

export interface Service {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly build?: BuildInput;
  readonly replicas: number;
  readonly dependsOn: readonly {
    readonly service: string;
    readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";
    readonly required: boolean;
  }[];
  readonly profiles: readonly string[];
  /** `deploy.update_config.order` as written; absent when the user left it to us. */
  readonly updateOrder?: "start-first" | "stop-first";
  /** `deploy.update_config`; absent when it was not written: then all replicas are replaced together. */
  readonly update?: UpdatePolicy;
  /** `deploy.rollback_config`; absent when it was not written. */
  readonly rollback?: UpdatePolicy;
  readonly containerName?: string;
  readonly settings: ServiceSettings;
  readonly locate: Locate;
}

/** How replicas are replaced a few at a time, as Swarm means `update_config` and `rollback_config` (Compose Deploy Specification), defaults filled in. */
export interface UpdatePolicy {
  /** Replicas replaced at a time; 0: all at once. Default 1. */
  readonly parallelism: number;
  /** From the moment a batch serves to the next one. Default 0. */
  readonly delayMs: number;
  /** How long a new replica can still fail after it began to serve. Default 5000. */
  readonly monitorMs: number;
  /** What part of the replicas may fail, 0 to 1, before `failureAction` is taken. Default 0. */
  readonly maxFailureRatio: number;
  /** Default pause. Never rollback in a rollback. */
  readonly failureAction: "continue" | "pause" | "rollback";
  readonly order?: "start-first" | "stop-first";
}

export interface BuildInput {
  /** Absolute. */
  readonly context: string;
  /** Absolute path of the Dockerfile, which must exist; inline text is refused until the build stage can take it. */
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly platforms: readonly Platform[];
  readonly secrets: readonly BuildSecret[];
}

/** A secret for `RUN --mount=type=secret`: its id and where its value comes from. Never a build argument. */
export interface BuildSecret {
  readonly id: string;
  readonly source: FileSource;
}

export interface ProjectNetwork {
  /** The key in the file. */
  readonly key: string;
  /** The engine's name: `<project>_<key>` unless named. */
  readonly name: string;
  readonly external: boolean;
  readonly driver: string;
  readonly internal: boolean;
  readonly enableIpv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly pools: readonly { readonly subnet: string; readonly gateway?: string; readonly ipRange?: string }[];
}

export interface ProjectVolume {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Where the content of a secret or config comes from. It is read when a release is made, and only then: see `openContents`. */
export type FileSource = { readonly key: string } & (
  | { readonly from: "file"; /** Absolute. */ readonly path: string }
  | { readonly from: "environment"; readonly variable: string }
  | { readonly from: "content"; readonly content: string }
  | (ContentSettings & { /** Absolute: where its program is started. */ readonly folder: string })
);

/** A service together with the digests its image was resolved to. */
export interface ResolvedImage {
  readonly service: string;
  readonly repository: string;
  /** The index digest, or the manifest's own for a single-platform image. */
  readonly digest: Digest;
  /** The manifest for the engine's platform: the subject of evidence. */
  readonly manifest: Digest;
}
