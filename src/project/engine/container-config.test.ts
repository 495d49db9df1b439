import { describe, expect, test } from "vitest";
import { load, projectFolder, spec } from "../project.fixture.ts";
import { loadProject } from "../load.ts";
import { composeLabels, networkLabels, specDigest, volumeLabels } from "./compose-labels.ts";
import { type ContainerInput, toContainerConfig } from "./container-config.ts";

const TOP = "volumes: {db: }\nnetworks: {front: , back: }\nsecrets: {s: {file: ./s}}\nconfigs: {c: {content: hi}}\n";
const input: ContainerInput = {
  image: "sha256:abc",
  labels: { "dev.seaworthy.release": "7" },
  networks: new Map([
    ["default", "shop_default"],
    ["front", "shop_front"],
    ["back", "shop_back"],
  ]),
  volumes: new Map([["db", "shop_db"]]),
  secretFiles: new Map([["s", "/run/seaworthy/s"]]),
  configFiles: new Map([["c", "/run/seaworthy/c"]]),
};
const planned = async (fields: string, more: Partial<ContainerInput> = {}) =>
  toContainerConfig(await spec(fields, TOP), { ...input, ...more });
const config = async (fields: string, more: Partial<ContainerInput> = {}) => (await planned(fields, more)).config;

describe("the create body", () => {
  test("nothing said, nothing sent but what must be", async () => {
    expect(await planned("x-a: 1")).toEqual({
      config: {
        Image: "sha256:abc",
        Labels: { "dev.seaworthy.release": "7" },
        StopTimeout: 10,
        HostConfig: { NetworkMode: "shop_default", RestartPolicy: { Name: "no" }, ReadonlyRootfs: false, Privileged: false },
        NetworkingConfig: { EndpointsConfig: { shop_default: {} } },
      },
      connect: [],
    });
  });

  test.each([
    ["command: [a, b], entrypoint: []", { Cmd: ["a", "b"], Entrypoint: [] }],
    ["environment: {A: 1, B: x}", { Env: ["A=1", "B=x"] }],
    ["user: '5:6', working_dir: /w, hostname: h, domainname: d", { User: "5:6", WorkingDir: "/w", Hostname: "h", Domainname: "d" }],
    ["labels: {a: b, dev.seaworthy.release: mine}", { Labels: { a: "b", "dev.seaworthy.release": "7" } }],
    [
      "ports: ['127.0.0.1:8080:80', '81/udp', '9090:80'], expose: [3000]",
      {
        ExposedPorts: { "80/tcp": {}, "81/udp": {}, "3000/tcp": {} },
        HostConfig: {
          PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }, { HostPort: "9090" }], "81/udp": [{ HostPort: "" }] },
        },
      },
    ],
    [
      "healthcheck: {test: [CMD, x], interval: 500ms, timeout: 2s, retries: 3, start_period: 1m}",
      { Healthcheck: { Test: ["CMD", "x"], Interval: 5e8, Timeout: 2e9, Retries: 3, StartPeriod: 6e10 } },
    ],
    ["stop_signal: SIGINT, stop_grace_period: 1500ms", { StopSignal: "SIGINT", StopTimeout: 2 }],
    ["tty: true, stdin_open: true", { Tty: true, OpenStdin: true }],
    [
      "volumes: ['db:/d:ro,nocopy', '/a:/b:rslave', /anon], tmpfs: ['/tmp:size=1m,mode=1777,uid=5', /run], secrets: [s], configs: [{source: c, target: /etc/c}]",
      {
        HostConfig: {
          Mounts: [
            { Type: "volume", Source: "shop_db", Target: "/d", ReadOnly: true, VolumeOptions: { NoCopy: true } },
            { Type: "bind", Source: "/a", Target: "/b", BindOptions: { Propagation: "rslave" } },
            { Type: "volume", Target: "/anon" },
            { Type: "bind", Source: "/run/seaworthy/s", Target: "/run/secrets/s", ReadOnly: true },
            { Type: "bind", Source: "/run/seaworthy/c", Target: "/etc/c", ReadOnly: true },
          ],
          Tmpfs: { "/tmp": "size=1048576,mode=1777,uid=5", "/run": "" },
        },
      },
    ],
    ["restart: on-failure:4", { HostConfig: { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 } } }],
    [
      "init: true, read_only: true, privileged: true, cap_add: [CHOWN], cap_drop: [ALL], security_opt: [no-new-privileges]",
      {
        HostConfig: {
          Init: true,
          ReadonlyRootfs: true,
          Privileged: true,
          CapAdd: ["CHOWN"],
          CapDrop: ["ALL"],
          SecurityOpt: ["no-new-privileges:true"],
        },
      },
    ],
    [
      "mem_limit: 1g, memswap_limit: 1g, mem_reservation: 512m, cpus: 1.5, pids_limit: 50, cpu_shares: 5, cpuset: '0'",
      {
        HostConfig: {
          Memory: 2 ** 30,
          MemorySwap: 2 ** 30,
          MemoryReservation: 2 ** 29,
          NanoCpus: 1.5e9,
          PidsLimit: 50,
          CpuShares: 5,
          CpusetCpus: "0",
        },
      },
    ],
    [
      "logging: {driver: local, options: {max-size: 1m}}, extra_hosts: ['a:1.1.1.1'], ulimits: {nofile: 5}, shm_size: 1m, sysctls: {a: 1}, group_add: [5]",
      {
        HostConfig: {
          LogConfig: { Type: "local", Config: { "max-size": "1m" } },
          ExtraHosts: ["a:1.1.1.1"],
          Ulimits: [{ Name: "nofile", Soft: 5, Hard: 5 }],
          ShmSize: 1_048_576,
          Sysctls: { a: "1" },
          GroupAdd: ["5"],
        },
      },
    ],
    [
      "dns: 1.1.1.1, dns_search: a, dns_opt: [b], pid: host, ipc: host, cgroup_parent: p, runtime: r, oom_score_adj: 5, devices: ['/dev/a']",
      {
        HostConfig: {
          Dns: ["1.1.1.1"],
          DnsSearch: ["a"],
          DnsOptions: ["b"],
          PidMode: "host",
          IpcMode: "host",
          CgroupParent: "p",
          Runtime: "r",
          OomScoreAdj: 5,
          Devices: [{ PathOnHost: "/dev/a", PathInContainer: "/dev/a", CgroupPermissions: "rwm" }],
        },
      },
    ],
    ["network_mode: host", { HostConfig: { NetworkMode: "host" } }],
  ])("%s", async (fields, expected) => {
    expect(await config(fields)).toMatchObject(expected);
  });

  test("what is added for one container lies over what the file says", async () => {
    const made = await config("environment: {A: 1, B: 2}", { environmentExtra: { B: "3", C: "4" } });
    expect(made.Env).toEqual(["A=1", "B=3", "C=4"]);
  });

  test("one network at create, the others to connect, with aliases and addresses", async () => {
    const plan = await planned("networks: {front: {aliases: [www, web]}, back: {ipv4_address: 10.0.0.5}}", {
      aliases: ["web"],
      addresses: new Map([["front", "10.1.0.7"]]),
    });
    expect(plan.config.HostConfig.NetworkMode).toBe("shop_front");
    expect(plan.config.NetworkingConfig).toEqual({
      EndpointsConfig: { shop_front: { Aliases: ["web", "www"], IPAMConfig: { IPv4Address: "10.1.0.7" } } },
    });
    expect(plan.connect).toEqual([{ network: "shop_back", aliases: ["web"], address: "10.0.0.5" }]);
  });

  test("another service's network needs its container", async () => {
    const project = await load("services: {web: {image: a, network_mode: 'service:db'}, db: {image: b}}");
    const web = project.services[0]?.spec;
    if (web === undefined) throw new Error("no service");
    expect(toContainerConfig(web, { ...input, containerOf: () => "id1" }).config.HostConfig.NetworkMode).toBe("container:id1");
    expect(toContainerConfig(web, { ...input, containerOf: () => "id1" }).config.NetworkingConfig).toBeUndefined();
    expect(() => toContainerConfig(web, input)).toThrow("network_mode: service:db needs a running container of db");
  });

  test("a secret without a file is refused", async () => {
    await expect(config("secrets: [s]", { secretFiles: new Map() })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining('the secret "s"'),
    });
  });

  test("a seccomp profile is read and put in; a broken one is refused", async () => {
    const folder = projectFolder({
      "compose.yaml": "services:\n  a: {image: a, security_opt: ['seccomp:p.json']}\n  b: {image: a, security_opt: ['seccomp=bad.json']}\n",
      "p.json": '{\n  "defaultAction": "SCMP_ACT_ALLOW"\n}',
      "bad.json": "{",
    });
    const [a, b] = (await loadProject({ folder, env: {}, git: false })).services;
    if (a === undefined || b === undefined) throw new Error("no service");
    expect(toContainerConfig(a.spec, input).config.HostConfig.SecurityOpt).toEqual(['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}']);
    expect(() => toContainerConfig(b.spec, input)).toThrow(/seccomp profile .*bad\.json is not JSON/);
  });
});

describe("Compose's labels", () => {
  test("what docker compose ps asks for, and the rest", async () => {
    const project = await load(
      {
        "compose.yaml": "services: {web: {image: a, depends_on: {db: {condition: service_healthy}}}, db: {image: b}}",
        "compose.staging.yaml": "services: {web: {user: '1'}}",
        ".seaworthy.yaml": "release: {keep: 2}",
      },
      { environment: "staging" },
    );
    const web = project.services[0];
    if (web === undefined) throw new Error("no service");
    expect(composeLabels(project, web, 2, "sha256:abc")).toEqual({
      "com.docker.compose.project": "shop-staging",
      "com.docker.compose.version": "seaworthy",
      "com.docker.compose.service": "web",
      "com.docker.compose.container-number": "2",
      "com.docker.compose.oneoff": "False",
      "com.docker.compose.config-hash": `seaworthy:${specDigest(web.spec)}`,
      "com.docker.compose.image": "sha256:abc",
      "com.docker.compose.project.working_dir": project.folder,
      "com.docker.compose.project.config_files": `${project.folder}/compose.yaml,${project.folder}/compose.staging.yaml`,
      "com.docker.compose.depends_on": "db:service_healthy:false",
    });
    expect(networkLabels(project, "default")).toEqual({
      "com.docker.compose.project": "shop-staging",
      "com.docker.compose.version": "seaworthy",
      "com.docker.compose.network": "default",
    });
    expect(volumeLabels(project, "db")).toMatchObject({ "com.docker.compose.volume": "db" });
  });
  test("equal specs have equal digests, others do not", async () => {
    const [a, b, c] = await Promise.all([spec("environment: {A: 1, B: 2}"), spec("environment: [B=2, A=1]"), spec("environment: {A: 1}")]);
    expect(specDigest(a)).toBe(specDigest(b));
    expect(specDigest(a)).not.toBe(specDigest(c));
  });
});
