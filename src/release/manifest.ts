import { canonicalJson, type Digest, digestOf, type Json } from "../core/index.ts";
import type { Front, HoldBounds, Limits, MaintenancePage } from "../proxy/index.ts";
import type {
  CertificatePaths,
  ContainerSpec,
  LabelledProject,
  ProjectNetwork,
  ProjectVolume,
  RouteSettings,
  Service,
  JobSettings,
  ScheduleSettings,
  StagedStrategy,
  UpdatePolicy,
} from "../project/index.ts";

/**
 * What a release is: the resolved project with digests in place of tags. Immutable and content-addressed.
 * Secrets and configs are named by version, never by value.
 */
export interface ReleaseManifest {
  readonly schema: "seaworthy/release@1";
  readonly project: string;
  readonly environment?: string;
  /** What people call it: 1.2.0, or sha-<commit>. */
  readonly version: string;
  readonly source?: { readonly commit: string; readonly branch?: string; readonly dirty: boolean };
  /** Compose files and folder, for the labels that `docker compose ps` shows. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly services: readonly ReleaseService[];
  readonly networks: readonly ProjectNetwork[];
  readonly volumes: readonly ProjectVolume[];
  /** Files of this host that the proxy's certificates are read from; what is in them is no part of a release. Absent: none. */
  readonly certificates?: readonly CertificatePaths[];
}

export interface ReleaseService {
  readonly name: string;
  /** `digest` is pulled and run; `manifest` is the one for this platform, the subject of evidence. */
  readonly image: { readonly repository: string; readonly digest: Digest; readonly manifest: Digest };
  readonly spec: ContainerSpec;
  readonly replicas: number;
  readonly dependsOn: Service["dependsOn"];
  readonly updateOrder?: "start-first" | "stop-first";
  /** `deploy.update_config`: replicas are replaced a few at a time. Absent: all together. */
  readonly update?: UpdatePolicy;
  /** `deploy.rollback_config`: how this release is brought back. */
  readonly rollback?: UpdatePolicy;
  readonly route?: RouteSettings;
  /** What the proxy adds to its requests and answers, or takes away. */
  readonly front?: Front;
  /** How a new release of it is looked at before it serves. Absent: rolling. */
  readonly strategy?: StagedStrategy;
  /** What runs once when it gets new containers; absent when nothing does. */
  readonly jobs?: readonly JobSettings[];
  /** It has no replicas: it is run at these times. */
  readonly schedule?: ScheduleSettings;
  readonly drainMs: number;
  /** How connections that do not end by themselves are ended in a drain. Absent: they have as long as requests. */
  readonly lasting?: "cut" | "spread";
  readonly readyMs: number;
  /** Its requests wait in the proxy, within these bounds, where its containers cannot overlap. Absent: nobody answers them meanwhile. */
  readonly hold?: HoldBounds;
  /** What the proxy keeps away from it. */
  readonly limits?: Limits;
  /** What is shown while it is closed, with the page itself. */
  readonly maintenance?: MaintenancePage;
  /** Key of each secret and config it uses, to the version of its content. */
  readonly secretVersions: Readonly<Record<string, string>>;
  readonly configVersions: Readonly<Record<string, string>>;
  /** Why an image without a checked signature is taken all the same; absent where one was checked. */
  readonly unverified?: string;
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export const manifestDigest = (manifest: ReleaseManifest): Digest => digestOf(canonicalJson(asJson(manifest)));

/** The host name that checks and probes ask for. */
export const checkHost = (route: RouteSettings): string => route.hosts.find((one) => one !== "*") ?? "localhost";

/** Where and how a container is spoken to. `protocol` absent: HTTP/1.1. */
export interface Spoken {
  readonly port: number;
  readonly protocol?: "h2c";
}

export const spoken = ({ port, protocol }: RouteSettings): Spoken => ({
  port,
  ...(protocol === undefined ? {} : { protocol }),
});

/**
 * Equal exactly when a container made for one service can serve for the other. The port and what "ready" means belong to it: a container was let in
 * because it answered there, and another question needs another answer. Host names beside the first and the drain do not.
 */
export const containerSha = (service: ReleaseService): string => {
  const { spec, image, secretVersions, configVersions, route } = service;
  const answers =
    route === undefined
      ? undefined
      : {
          port: route.port,
          ready: route.ready,
          host: checkHost(route),
          ...(route.protocol === undefined ? {} : { protocol: route.protocol }),
        };
  return digestOf(
    canonicalJson(asJson({ spec, digest: image.digest, repository: image.repository, secretVersions, configVersions, answers })),
  ).slice(7, 23);
};

/** `<project>.<service>`: the service's name in the proxy. */
export const backendName = (project: string, service: string): string => `${project}.${service}`;

/** Whether the service is one that ends: another waits for it to complete. */
export const completes = (manifest: ReleaseManifest, service: string): boolean =>
  manifest.services.some((other) =>
    other.dependsOn.some((one) => one.service === service && one.condition === "service_completed_successfully"),
  );

/** The manifest as Compose's labels name a project. */
export const labelled = (manifest: ReleaseManifest): LabelledProject => ({
  name: manifest.project,
  folder: manifest.folder,
  files: manifest.files.map((path) => ({ path })),
});
