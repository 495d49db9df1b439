import type { Digest, ImageRunConfig } from "../core/index.ts";
import type { ContainerSpec } from "../project/index.ts";
import type { SmokeRequest } from "./smoke/request.ts";

/** A pair of requests that shows whether what was acknowledged is kept. `{n}` in paths and bodies is a number that grows. */
export interface StatePair {
  readonly write: SmokeRequest;
  readonly read: SmokeRequest;
}

/** Another service of the project that the subject asks for by name. */
export interface Dependency {
  readonly name: string;
  readonly spec: ContainerSpec;
  /** Absent: the engine has no image of it, a stub that answers TCP takes its place. */
  readonly image?: SubjectImage;
  readonly until: "started" | "healthy" | "ended";
}

/** An image in the engine's store. */
export interface SubjectImage {
  /** The engine's id of it. */
  readonly id: Digest;
  readonly config: ImageRunConfig;
  readonly sizeBytes: number;
}

/** What a build of the subject did again because of a change in one source file. */
export interface Rebuilt {
  /** The file that was changed; absent: none of those that were changed is part of the image. */
  readonly file?: string;
  /** As the builder names them: `[deps 3/4] RUN npm ci`. */
  readonly steps: readonly { readonly name: string; readonly cached: boolean; readonly seconds: number }[];
}

/** What is tried: one service's image, as production would run it. */
export interface Subject {
  readonly service: string;
  /** Of an image that is tried by itself: what it was named. */
  readonly reference?: string;
  /** The project's, absolute: of the host's folders only those in it are shown to the container. */
  readonly folder: string;
  readonly spec: ContainerSpec;
  readonly image: SubjectImage;
  /** Given by the user; empty: what answers is looked for. */
  readonly requests: readonly SmokeRequest[];
  readonly state: readonly StatePair[];
  /** What it may reach outside of the project: `api.example.com:443`, `*.example.com`. Absent: nothing is said. */
  readonly egress?: readonly string[];
  /** Where the proxy asks for readiness, when the service has a route. */
  readonly ready?: { readonly port: number; readonly path: string };
  /** In the order they start. */
  readonly dependencies: readonly Dependency[];
  /** Run before the subject, each in a container of its own: migrations. */
  readonly jobs: readonly { readonly name: string; readonly command: readonly string[]; readonly timeoutMs: number }[];
  /** Builds a copy of it, then once more after a change in one source file. Absent: it is not built here. */
  readonly rebuild?: () => Promise<Rebuilt>;
  /** Contents of configs by key. Secrets are never read: the lab makes them up. */
  readonly configs: ReadonlyMap<string, string>;
}
