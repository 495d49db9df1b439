/** Fields of the Compose Specification that are known and not honoured: each is refused with its reason, never ignored. */
const LATER = "not in this version";
const WINDOWS = "it exists on Windows only";

export const REFUSED_SERVICE_FIELDS: Readonly<Record<string, string>> = {
  annotations: LATER,
  blkio_config: LATER,
  cgroup: `${LATER}; the engine's own cgroup namespace is used`,
  cpu_count: WINDOWS,
  cpu_percent: WINDOWS,
  cpu_period: "write cpus instead",
  cpu_quota: "write cpus instead",
  cpu_rt_period: `${LATER}; it takes CPU time from the host's other work`,
  cpu_rt_runtime: `${LATER}; it takes CPU time from the host's other work`,
  credential_spec: WINDOWS,
  develop: "it is for development; keep it in compose.override.yaml, which --env leaves out",
  device_cgroup_rules: LATER,
  extends: `${LATER}; use a YAML anchor or a second file`,
  external_links: "links are a legacy of Docker; join the network of the other project (networks, external: true)",
  gpus: LATER,
  isolation: WINDOWS,
  links: "services on one network already find each other by name; use networks.<name>.aliases for other names",
  mac_address: LATER,
  mem_swappiness: `${LATER}; set memswap_limit equal to mem_limit to run without swap`,
  models: LATER,
  oom_kill_disable: "a container that cannot be killed can hang the host",
  post_start: LATER,
  pre_start: LATER,
  pre_stop: `${LATER}; handle the stop signal in the application`,
  provider: "a provider is a plug-in of docker compose",
  pull_refresh_after: "images are deployed by digest, which never goes stale",
  storage_opt: LATER,
  use_api_socket: "it hands the engine, and so the host, to the container",
  userns_mode: LATER,
  uts: LATER,
  volume_driver: "name the driver under the top-level volumes",
  volumes_from: "name the volumes in both services",
};

export const REFUSED_BUILD_FIELDS: Readonly<Record<string, string>> = {
  additional_contexts: LATER,
  cache_from: `${LATER}; the builder's own cache is used`,
  cache_to: `${LATER}; the builder's own cache is used`,
  dockerfile_inline: `${LATER}; put the text into a Dockerfile, so that it has a history`,
  entitlements: LATER,
  extra_hosts: LATER,
  isolation: WINDOWS,
  labels: "image labels come from git and x-seaworthy; put others into the Dockerfile",
  network: LATER,
  no_cache: `${LATER}; the builder decides by content what is built anew`,
  privileged: "a build with the host's privileges cannot be trusted",
  provenance: `${LATER}; attestations will be made for every image`,
  pull: LATER,
  sbom: `${LATER}; attestations will be made for every image`,
  shm_size: LATER,
  ssh: LATER,
  tags: "tags come from git: the version and the commit",
  ulimits: LATER,
};

export const REFUSED_TOP_LEVEL: Readonly<Record<string, string>> = {
  include: `${LATER}; name the files with --file`,
  models: LATER,
};
