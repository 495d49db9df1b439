import { placeIn } from "../../source/index.ts";
import { command } from "./command.ts";
import { build } from "./build.ts";
import { deploy, pidsLimit } from "./deploy.ts";
import { environment, envFiles } from "./environment.ts";
import { healthcheck } from "./healthcheck.ts";
import { capability, device, extraHosts, securityOption, ulimits } from "./host-settings.ts";
import { fileMount, mount, tmpfs } from "./mounts.ts";
import { namespaceMode, networkMode, networks } from "./networks.ts";
import { expose, ports } from "./ports.ts";
import { object, type Read, type Reader, report } from "./reading.ts";
import { REFUSED_SERVICE_FIELDS } from "./refused.ts";
import {
  byteSize,
  decimal,
  duration,
  flatListOf,
  imageReference,
  integer,
  listOf,
  mapOf,
  memorySwap,
  name,
  oneOf,
  platform,
  text,
  textMap,
  truth,
} from "./scalars.ts";
import { restart } from "./restart.ts";

const DEPENDENCY = object(
  { condition: oneOf("service_started", "service_healthy", "service_completed_successfully"), required: truth },
  { restart: "a dependency is replaced without its dependants noticing; leave it out" },
);

/** `com.docker.compose` is Compose's own (05-services, labels): a container that lies about them is lost to `docker compose ps`. */
const labels: Reader<Readonly<Record<string, string>>> = (node, path, reading) => {
  const written = textMap(node, path, reading);
  const reserved = Object.keys(written ?? {}).find((key) => key.startsWith("com.docker.compose"));
  return reserved === undefined
    ? written
    : report(reading, placeIn(node, [reserved]) ?? node, `${path}: "${reserved}" is reserved for Compose`);
};

const logging = object({ driver: name, options: textMap });

/** Every service field that is honoured, and how it is read. What is neither here nor refused by name is unknown. The guide's table is made from it. */
export const SERVICE_FIELDS = {
  attach: truth,
  build,
  cap_add: listOf(capability),
  cap_drop: listOf(capability),
  cgroup_parent: name,
  command,
  configs: listOf(fileMount("")),
  container_name: name,
  cpu_shares: integer(0),
  cpus: decimal(0),
  cpuset: name,
  depends_on: mapOf(DEPENDENCY),
  deploy,
  devices: listOf(device),
  dns: listOf(name),
  dns_opt: listOf(name),
  dns_search: listOf(name),
  domainname: name,
  entrypoint: command,
  env_file: envFiles,
  environment,
  expose: flatListOf(expose),
  extra_hosts: extraHosts,
  group_add: listOf(name),
  healthcheck,
  hostname: name,
  image: imageReference,
  init: truth,
  ipc: namespaceMode("host", "private", "shareable", "none"),
  label_file: envFiles,
  labels,
  logging,
  mem_limit: byteSize,
  mem_reservation: byteSize,
  memswap_limit: memorySwap,
  network_mode: networkMode,
  networks,
  oom_score_adj: integer(-1000, 1000),
  pid: namespaceMode("host"),
  pids_limit: pidsLimit,
  platform,
  ports: flatListOf(ports),
  privileged: truth,
  profiles: listOf(name),
  // A release runs a digest: whether the bytes are already there changes nothing but the time it takes.
  pull_policy: oneOf("always", "missing", "if_not_present", "build"),
  read_only: truth,
  restart,
  runtime: name,
  scale: integer(0, 1000),
  secrets: listOf(fileMount("/run/secrets")),
  security_opt: listOf(securityOption),
  shm_size: byteSize,
  stdin_open: truth,
  stop_grace_period: duration,
  stop_signal: name,
  sysctls: textMap,
  tmpfs: listOf(tmpfs),
  tty: truth,
  ulimits,
  user: text,
  volumes: listOf(mount),
  working_dir: name,
} as const satisfies Readonly<Record<string, Reader<unknown>>>;

export type ServiceFields = Read<typeof SERVICE_FIELDS>;

export const serviceFields: Reader<ServiceFields> = object(SERVICE_FIELDS, REFUSED_SERVICE_FIELDS);
