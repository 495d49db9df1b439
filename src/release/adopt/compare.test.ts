import { describe, expect, test } from "vitest";
import type { ContainerConfig, ContainerState, ImageRunConfig } from "../../engine/index.ts";
import { anonymousVolumes, compareContainer, type Expected } from "./compare.ts";

const IMAGE: ImageRunConfig = {
  env: ["PATH=/bin", "PORT=3000"],
  exposedPorts: ["3000/tcp"],
  volumes: [],
  labels: { vendor: "acme" },
  user: "65532",
  command: ["server.js"],
  entrypoint: ["node"],
};

/** As docker compose 1 leaves it, the image's part filled in by the engine. */
const RUNS: ContainerConfig = {
  Image: "shop/web:1",
  Env: ["TOKEN=s3cret", "PATH=/bin", "PORT=3000"],
  Cmd: ["server.js"],
  Entrypoint: ["node"],
  User: "65532",
  Labels: { vendor: "acme", "com.docker.compose.project": "shop", "com.docker.compose.config-hash": "988ab" },
  HostConfig: {
    NetworkMode: "shop_default",
    RestartPolicy: { Name: "unless-stopped" },
    CapDrop: ["ALL"],
    ShmSize: 67_108_864,
    Runtime: "runc",
    IpcMode: "private",
    LogConfig: { Type: "json-file", Config: {} },
    PortBindings: { "3000/tcp": [{ HostIp: "", HostPort: "80" }] },
  },
  NetworkingConfig: { EndpointsConfig: { shop_default: { Aliases: ["0722691b7f5b", "web"] } } },
};

const FILE: ContainerConfig = {
  Image: "shop/web@sha256:0",
  Env: ["TOKEN=s3cret"],
  Labels: {},
  StopTimeout: 10,
  HostConfig: {
    NetworkMode: "shop_default",
    RestartPolicy: { Name: "unless-stopped" },
    CapDrop: ["CAP_ALL"],
    ReadonlyRootfs: false,
    Privileged: false,
  },
  NetworkingConfig: { EndpointsConfig: { shop_default: { Aliases: ["web"] } } },
};

const stateOf = (config: ContainerConfig, more: Partial<ContainerState> = {}): ContainerState => ({
  id: "1",
  name: "shop_web_1",
  image: config.Image,
  labels: config.Labels,
  state: "running",
  config,
  oomKilled: false,
  restartCount: 0,
  addresses: { shop_default: "172.18.0.2" },
  mounts: [],
  ...more,
});

const compare = (
  runs: ContainerState = stateOf(RUNS),
  file: ContainerConfig = FILE,
  connect: Expected["connect"] = [],
  files: readonly string[] = [],
) => compareContainer(runs, IMAGE, { config: file, connect }, new Set(files));
const said = (result: ReturnType<typeof compare>): readonly string[] => result.differences.map(({ setting }) => setting);

test("what compose ran of the same file is the same, but for the port that it published", () => {
  const { differences, ports } = compare();
  expect(differences).toEqual([]);
  expect(ports).toEqual([{ setting: "ports", words: 'the container has ["0.0.0.0:80->3000/tcp"], the file says nothing' }]);
});

describe("what differs is named", () => {
  test.each<[string, Partial<ContainerConfig>, string]>([
    ["user", { User: "0" }, "user"],
    ["command", { Cmd: ["other.js"] }, "command"],
    ["an entrypoint of its own takes the image's command away", { Entrypoint: ["sh"] }, "entrypoint"],
    ["a health check", { Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 } }, "healthcheck"],
    ["a label", { Labels: { ...RUNS.Labels, tier: "front" } }, "labels tier"],
    ["restart", { HostConfig: { ...RUNS.HostConfig, RestartPolicy: { Name: "always" } } }, "restart"],
    ["memory", { HostConfig: { ...RUNS.HostConfig, Memory: 64_000_000 } }, "mem_limit"],
    ["a capability", { HostConfig: { ...RUNS.HostConfig, CapAdd: ["NET_ADMIN"] } }, "cap_add"],
    ["shared memory", { HostConfig: { ...RUNS.HostConfig, ShmSize: 1 } }, "shm_size"],
    ["stop_grace_period", { StopTimeout: 30 }, "stop_grace_period"],
  ])("%s", (_name, changes, setting) => {
    expect(said(compare(stateOf({ ...RUNS, ...changes })))).toContain(setting);
  });

  test("variables by name, never by value", () => {
    const { differences } = compare(stateOf({ ...RUNS, Env: ["TOKEN=another", "EXTRA=hush", "PATH=/bin"] }));
    expect(differences).toEqual([
      { setting: "environment EXTRA", words: "the container has it, the file has not" },
      { setting: "environment PORT", words: "the container has no such variable, the file has" },
      { setting: "environment TOKEN", words: "the container has another value than the file" },
    ]);
    expect(JSON.stringify(differences)).not.toMatch(/hush|another"|s3cret/);
  });

  test("mounts, however they were asked for; a volume of the image's own is none", () => {
    const mounts = [
      { type: "volume", name: "shop_data", source: "/var/lib/docker/volumes/shop_data/_data", target: "/data", readOnly: false },
      { type: "volume", name: "a".repeat(64), source: "/x", target: "/cache", readOnly: false },
    ];
    const file: ContainerConfig = {
      ...FILE,
      HostConfig: { ...FILE.HostConfig, Mounts: [{ Type: "volume", Source: "shop_data", Target: "/data" }] },
    };
    expect(said(compare(stateOf(RUNS, { mounts }), file))).toEqual([]);
    expect(said(compare(stateOf(RUNS, { mounts }), FILE))).toEqual(["volumes /data"]);
    const readOnly: ContainerConfig = {
      ...FILE,
      HostConfig: { ...FILE.HostConfig, Mounts: [{ Type: "volume", Source: "shop_data", Target: "/data", ReadOnly: true }] },
    };
    expect(said(compare(stateOf(RUNS, { mounts }), readOnly))).toEqual(["volumes /data"]);
    expect([...anonymousVolumes(stateOf(RUNS, { mounts })).keys()]).toEqual(["/cache"]);
  });

  test("a secret is where it should be, wherever its file is on the host", () => {
    const mounts = [{ type: "bind", source: "/srv/shop/token.txt", target: "/run/secrets/token", readOnly: true }];
    const file: ContainerConfig = {
      ...FILE,
      HostConfig: {
        ...FILE.HostConfig,
        Mounts: [{ Type: "bind", Source: "/run/seaworthy/files/x", Target: "/run/secrets/token", ReadOnly: true }],
      },
    };
    expect(said(compare(stateOf(RUNS, { mounts }), file, [], ["/run/secrets/token"]))).toEqual([]);
    expect(said(compare(stateOf(RUNS), file, [], ["/run/secrets/token"]))).toEqual(["volumes /run/secrets/token"]);
  });

  test("networks: one too many, one too few, a name by which nobody finds it", () => {
    expect(said(compare(stateOf(RUNS), FILE, [{ network: "shop_back", aliases: ["web"] }]))).toEqual(["networks shop_back"]);
    const other: ContainerConfig = { ...FILE, NetworkingConfig: { EndpointsConfig: { shop_default: { Aliases: ["web", "www"] } } } };
    expect(compare(stateOf(RUNS), other).differences).toEqual([
      { setting: "networks shop_default", words: "others do not find it there as www" },
    ]);
    const host: ContainerConfig = {
      ...FILE,
      HostConfig: { ...FILE.HostConfig, NetworkMode: "host" },
      NetworkingConfig: { EndpointsConfig: {} },
    };
    expect(said(compare(stateOf(RUNS), host))).toEqual(["network_mode"]);
  });
});
