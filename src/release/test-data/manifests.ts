import { type Digest, digestOf } from "../../core/index.ts";
import type { ContainerSpec, ProjectNetwork } from "../../project/index.ts";
import type { ReleaseManifest, ReleaseService } from "../manifest.ts";

export const plainSpec: ContainerSpec = {
  environment: {},
  labels: {},
  ports: [],
  expose: [],
  networks: [{ network: "default", aliases: [] }],
  mounts: [],
  secrets: [],
  configs: [],
  restart: { policy: "unless-stopped" },
  stopGraceSeconds: 10,
  init: false,
  readOnlyRoot: true,
  privileged: false,
  capAdd: [],
  capDrop: ["ALL"],
  securityOpt: [],
  resources: { memoryBytes: 64 * 1024 * 1024 },
  extraHosts: [],
  ulimits: [],
  sysctls: {},
  groupAdd: [],
  dns: { servers: [], search: [], options: [] },
  tty: false,
  stdinOpen: false,
  devices: [],
};

export const imageDigest = (name: string): Digest => digestOf(name);

/** A stateless service behind the proxy. */
export const webService = (version: string, changes: Partial<ReleaseService> = {}): ReleaseService => ({
  name: "web",
  image: { repository: "127.0.0.1:5417/shop/web", digest: imageDigest(`web ${version}`), manifest: imageDigest(`web ${version} amd64`) },
  spec: plainSpec,
  replicas: 1,
  dependsOn: [],
  route: { hosts: ["shop.localhost"], port: 3000, ready: "/readyz" },
  drainMs: 10_000,
  readyMs: 20_000,
  secretVersions: {},
  configVersions: {},
  ...changes,
});

/** A database that writes to a volume and is reached only inside. */
export const dbService = (version: string): ReleaseService => {
  const { route: _, ...inside } = webService(version);
  return {
    ...inside,
    name: "db",
    image: { repository: "127.0.0.1:5417/shop/db", digest: imageDigest(`db ${version}`), manifest: imageDigest(`db ${version} amd64`) },
    spec: { ...plainSpec, mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }] },
  };
};

/** One of the project's own, as a compose file that says nothing of it has it. */
export const network = (key: string, rest: Partial<ProjectNetwork> = {}): ProjectNetwork => ({
  key,
  name: `shop_${key}`,
  external: false,
  driver: "bridge",
  internal: false,
  enableIpv6: false,
  options: {},
  labels: {},
  pools: [],
  ...rest,
});

export const manifestOf = (version: string, services: readonly ReleaseService[]): ReleaseManifest => ({
  schema: "seaworthy/release@1",
  project: "shop",
  version,
  folder: "/srv/shop",
  files: ["compose.yaml"],
  services,
  networks: [network("default")],
  volumes: [{ key: "data", name: "shop_data", external: false, driver: "local", options: {}, labels: {} }],
});
