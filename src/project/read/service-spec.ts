import { child, type ComposeNode } from "../../source/index.ts";
import type { ContainerSpec, Mount, NetworkAttachment } from "../container-spec.ts";
import { type Reading, report } from "./reading.ts";
import { resourcesOf, restartOf } from "./resources.ts";
import type { ServiceFields } from "./service-fields.ts";

const DEFAULT_STOP_GRACE_SECONDS = 10;

const mountsOf = (fields: ServiceFields, service: ComposeNode, path: string, reading: Reading): readonly Mount[] => {
  const mounts = [...(fields.volumes ?? []), ...(fields.tmpfs ?? [])];
  const targets = new Map<string, string>();
  const all = [
    ...mounts.map((mount) => mount.target),
    ...(fields.secrets ?? []).map((file) => file.target),
    ...(fields.configs ?? []).map((file) => file.target),
  ];
  for (const target of all) {
    const clean = target.replace(/\/+$/, "") || "/";
    if (targets.has(clean)) report(reading, child(service, "volumes") ?? service, `${path}: two mounts at ${clean}`);
    targets.set(clean, target);
  }
  return mounts;
};

const networksOf = (fields: ServiceFields, service: ComposeNode, path: string, reading: Reading): readonly NetworkAttachment[] => {
  if (fields.network_mode === undefined) return fields.networks ?? [{ network: "default", aliases: [] }];
  if (fields.networks !== undefined)
    report(
      reading,
      child(service, "network_mode") ?? service,
      `${path}: network_mode and networks contradict each other; write one of them`,
    );
  if (fields.network_mode === "host" && (fields.ports ?? []).length > 0)
    report(reading, child(service, "ports") ?? service, `${path}.ports: on the host's network there is nothing to publish`);
  return [];
};

const loggingOf = ({ logging }: ServiceFields): Pick<ContainerSpec, "logging"> =>
  logging === undefined ? {} : { logging: { driver: logging.driver ?? "json-file", options: logging.options ?? {} } };

/** Copies a value under its name when the user set it, so that absent stays absent. */
const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });

/** How one container of the service runs, from its fields. */
export const specOf = (fields: ServiceFields, service: ComposeNode, path: string, reading: Reading): ContainerSpec => ({
  ...given("image", fields.image),
  ...given("platform", fields.platform),
  ...given("entrypoint", fields.entrypoint),
  ...given("command", fields.command),
  environment: { ...fields.env_file, ...fields.environment },
  ...given("user", fields.user === "" ? undefined : fields.user),
  ...given("workingDir", fields.working_dir),
  ...given("hostname", fields.hostname),
  ...given("domainname", fields.domainname),
  labels: { ...fields.label_file, ...fields.labels },
  ports: fields.ports ?? [],
  expose: fields.expose ?? [],
  networks: networksOf(fields, service, path, reading),
  ...given("networkMode", fields.network_mode),
  mounts: mountsOf(fields, service, path, reading),
  secrets: fields.secrets ?? [],
  configs: fields.configs ?? [],
  restart: restartOf(fields),
  ...given("healthcheck", fields.healthcheck),
  ...given("stopSignal", fields.stop_signal),
  stopGraceSeconds: fields.stop_grace_period === undefined ? DEFAULT_STOP_GRACE_SECONDS : fields.stop_grace_period / 1000,
  init: fields.init ?? false,
  readOnlyRoot: fields.read_only ?? false,
  privileged: fields.privileged ?? false,
  capAdd: fields.cap_add ?? [],
  capDrop: fields.cap_drop ?? [],
  securityOpt: fields.security_opt ?? [],
  resources: resourcesOf(fields, service, path, reading),
  ...loggingOf(fields),
  extraHosts: fields.extra_hosts ?? [],
  ulimits: fields.ulimits ?? [],
  ...given("shmSizeBytes", fields.shm_size),
  sysctls: fields.sysctls ?? {},
  groupAdd: fields.group_add ?? [],
  dns: { servers: fields.dns ?? [], search: fields.dns_search ?? [], options: fields.dns_opt ?? [] },
  tty: fields.tty ?? false,
  stdinOpen: fields.stdin_open ?? false,
  ...given("pid", fields.pid),
  ...given("ipc", fields.ipc),
  ...given("cgroupParent", fields.cgroup_parent),
  ...given("runtime", fields.runtime),
  ...given("oomScoreAdj", fields.oom_score_adj),
  devices: fields.devices ?? [],
});
