import { describe, expect, test } from "vitest";
import { service, spec } from "./project.fixture.ts";

const TOP = "volumes: {db: }\nnetworks: {a: , b: }\nsecrets: {s: {file: ./s}}\nconfigs: {c: {content: hi}}\n";

describe("short and long forms, and what they come to", () => {
  test.each([
    ["ports: [80]", { ports: [{ containerPort: 80, protocol: "tcp" }] }],
    ["ports: ['8080:80']", { ports: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }] }],
    ["ports: ['127.0.0.1:8080:80/udp']", { ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "udp" }] }],
    ["ports: ['127.0.0.1::80']", { ports: [{ hostAddress: "127.0.0.1", containerPort: 80, protocol: "tcp" }] }],
    ["ports: ['[::1]:1:2']", { ports: [{ hostAddress: "::1", hostPort: 1, containerPort: 2, protocol: "tcp" }] }],
    [
      "ports: ['8000-8001:80-81']",
      {
        ports: [
          { hostPort: 8000, containerPort: 80, protocol: "tcp" },
          { hostPort: 8001, containerPort: 81, protocol: "tcp" },
        ],
      },
    ],
    [
      "ports: [{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp, mode: host, name: x, app_protocol: http}]",
      { ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "udp" }] },
    ],
    ["expose: [80, '81/udp', '90-91']", { expose: ["80/tcp", "81/udp", "90/tcp", "91/tcp"] }],
    ["volumes: ['db:/data']", { mounts: [{ type: "volume", volume: "db", target: "/data", readOnly: false }] }],
    ["volumes: ['db:/data:ro,nocopy']", { mounts: [{ type: "volume", volume: "db", target: "/data", readOnly: true, noCopy: true }] }],
    ["volumes: [/cache]", { mounts: [{ type: "volume", target: "/cache", readOnly: false }] }],
    ["volumes: ['/etc/x:/x:ro']", { mounts: [{ type: "bind", source: "/etc/x", target: "/x", readOnly: true }] }],
    [
      "volumes: ['/a:/b:rw,rslave,cached']",
      { mounts: [{ type: "bind", source: "/a", target: "/b", readOnly: false, propagation: "rslave" }] },
    ],
    [
      "volumes: [{type: volume, source: db, target: /d, read_only: true, volume: {nocopy: true}}]",
      { mounts: [{ type: "volume", volume: "db", target: "/d", readOnly: true, noCopy: true }] },
    ],
    [
      "volumes: [{type: bind, source: /a, target: /b, bind: {propagation: shared, create_host_path: false}}]",
      { mounts: [{ type: "bind", source: "/a", target: "/b", readOnly: false, propagation: "shared" }] },
    ],
    [
      "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 1777}}]",
      { mounts: [{ type: "tmpfs", target: "/t", sizeBytes: 67_108_864, mode: 0o1777 }] },
    ],
    ["tmpfs: /run", { mounts: [{ type: "tmpfs", target: "/run" }] }],
    [
      "tmpfs: ['/tmp:size=1m,mode=0700,uid=999,exec']",
      { mounts: [{ type: "tmpfs", target: "/tmp", sizeBytes: 1_048_576, mode: 0o700, options: ["uid=999", "exec"] }] },
    ],
    ["secrets: [s]", { secrets: [{ source: "s", target: "/run/secrets/s", uid: 0, gid: 0, mode: 0o444 }] }],
    [
      "secrets: [{source: s, target: x, uid: '999', gid: 5, mode: 0440}]",
      { secrets: [{ source: "s", target: "/run/secrets/x", uid: 999, gid: 5, mode: 0o440 }] },
    ],
    [
      "secrets: [{source: s, target: /etc/x, mode: '0o400'}]",
      { secrets: [{ source: "s", target: "/etc/x", uid: 0, gid: 0, mode: 0o400 }] },
    ],
    ["configs: [c]", { configs: [{ source: "c", target: "/c", uid: 0, gid: 0, mode: 0o444 }] }],
    ["command: node server.js --name 'a b' c\\ d", { command: ["node", "server.js", "--name", "a b", "c d"] }],
    ['command: "echo $$HOME"', { command: ["echo", "$HOME"] }],
    ["command: []", { command: [] }],
    ["entrypoint: [tini, --, node]", { entrypoint: ["tini", "--", "node"] }],
    ["entrypoint: ''", { entrypoint: [] }],
    [
      "healthcheck: {test: curl -f localhost, interval: 1m30s, timeout: 500ms, retries: 5, start_period: 2s}",
      { healthcheck: { test: ["CMD-SHELL", "curl -f localhost"], intervalMs: 90_000, timeoutMs: 500, retries: 5, startPeriodMs: 2000 } },
    ],
    ["healthcheck: {test: [CMD, a, b]}", { healthcheck: { test: ["CMD", "a", "b"] } }],
    ["healthcheck: {disable: true}", { healthcheck: { test: ["NONE"] } }],
    ["healthcheck: {test: [NONE]}", { healthcheck: { test: ["NONE"] } }],
    ["healthcheck: {interval: 5s}", { healthcheck: { intervalMs: 5000 } }],
    ["restart: 'no'", { restart: { policy: "no" } }],
    ["restart: no", { restart: { policy: "no" } }],
    ["restart: on-failure:3", { restart: { policy: "on-failure", maxRetries: 3 } }],
    [
      "restart: always, deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}",
      { restart: { policy: "on-failure", maxRetries: 2 } },
    ],
    ["deploy: {restart_policy: {}}", { restart: { policy: "always" } }],
    ["deploy: {restart_policy: {condition: none}}", { restart: { policy: "no" } }],
    [
      "mem_limit: 256m, cpus: .5, pids_limit: 100, mem_reservation: 128m, memswap_limit: 256m",
      { resources: { memoryBytes: 268_435_456, memorySwapBytes: 268_435_456, memoryReservationBytes: 134_217_728, cpus: 0.5, pids: 100 } },
    ],
    [
      "deploy: {resources: {limits: {memory: 1g, cpus: '1.5', pids: 50}, reservations: {memory: 512mb, cpus: 0.25}}}",
      { resources: { memoryBytes: 1_073_741_824, cpus: 1.5, pids: 50, memoryReservationBytes: 536_870_912, cpuReservation: 0.25 } },
    ],
    ["mem_limit: 1048576, deploy: {resources: {limits: {memory: 1m}}}", { resources: { memoryBytes: 1_048_576 } }],
    ["pids_limit: -1, memswap_limit: -1, mem_limit: 1g", { resources: { memoryBytes: 1_073_741_824, memorySwapBytes: -1 } }],
    ["cpu_shares: 512, cpuset: 0-1", { resources: { cpuShares: 512, cpuset: "0-1" } }],
    ["environment: [A=1, 'B=x=y', C=]", { environment: { A: "1", B: "x=y", C: "" } }],
    ["environment: {A: 1, B: true, C: '', D: 1.5}", { environment: { A: "1", B: "true", C: "", D: "1.5" } }],
    ["labels: [a=b, c]", { labels: { a: "b", c: "" } }],
    ["labels: {a: 1, c: }", { labels: { a: "1", c: "" } }],
    ["extra_hosts: ['a:1.2.3.4', 'b=::1', 'c=[::2]']", { extraHosts: ["a:1.2.3.4", "b:::1", "c:::2"] }],
    ["extra_hosts: {a: host-gateway, b: [1.1.1.1, 2.2.2.2]}", { extraHosts: ["a:host-gateway", "b:1.1.1.1", "b:2.2.2.2"] }],
    [
      "ulimits: {nofile: 1024, nproc: {soft: 5, hard: -1}}",
      {
        ulimits: [
          { name: "nofile", soft: 1024, hard: 1024 },
          { name: "nproc", soft: 5, hard: -1 },
        ],
      },
    ],
    [
      "networks: [a, b]",
      {
        networks: [
          { network: "a", aliases: [] },
          { network: "b", aliases: [] },
        ],
      },
    ],
    [
      "networks: {a: {aliases: [x]}, b: {ipv4_address: 10.0.0.5, priority: 10}}",
      {
        networks: [
          { network: "b", aliases: [], address: "10.0.0.5" },
          { network: "a", aliases: ["x"] },
        ],
      },
    ],
    ["network_mode: host", { networks: [], networkMode: "host" }],
    ["hostname: h", { networks: [{ network: "default", aliases: [] }], hostname: "h" }],
    [
      "logging: {driver: local, options: {max-size: 10m, max-file: 3}}",
      { logging: { driver: "local", options: { "max-size": "10m", "max-file": "3" } } },
    ],
    ["logging: {options: {tag: x}}", { logging: { driver: "json-file", options: { tag: "x" } } }],
    ["cap_drop: [ALL], cap_add: [CAP_NET_BIND_SERVICE, chown]", { capDrop: ["ALL"], capAdd: ["NET_BIND_SERVICE", "CHOWN"] }],
    [
      "security_opt: ['no-new-privileges', 'seccomp:unconfined', 'apparmor=x']",
      { securityOpt: ["no-new-privileges:true", "seccomp=unconfined", "apparmor=x"] },
    ],
    ["security_opt: ['no-new-privileges=true']", { securityOpt: ["no-new-privileges:true"] }],
    [
      "user: 1000, working_dir: /app, init: true, read_only: 'true', privileged: false",
      { user: "1000", workingDir: "/app", init: true, readOnlyRoot: true, privileged: false },
    ],
    ["stop_signal: SIGINT, stop_grace_period: 1m30s", { stopSignal: "SIGINT", stopGraceSeconds: 90 }],
    [
      "shm_size: 128m, oom_score_adj: -500, pid: host, ipc: shareable, runtime: runsc, cgroup_parent: x, domainname: d",
      { shmSizeBytes: 134_217_728, oomScoreAdj: -500, pid: "host", ipc: "shareable", runtime: "runsc", cgroupParent: "x", domainname: "d" },
    ],
    [
      "sysctls: [net.core.somaxconn=1024], group_add: [5, staff], tty: true, stdin_open: yes",
      { sysctls: { "net.core.somaxconn": "1024" }, groupAdd: ["5", "staff"], tty: true, stdinOpen: true },
    ],
    ["dns: 1.1.1.1, dns_search: [a, b], dns_opt: ['ndots:1']", { dns: { servers: ["1.1.1.1"], search: ["a", "b"], options: ["ndots:1"] } }],
    [
      "devices: ['/dev/a', '/dev/b:/dev/c:r', '/dev/d:rw', {source: /dev/e, permissions: m}]",
      {
        devices: [
          { host: "/dev/a", container: "/dev/a", permissions: "rwm" },
          { host: "/dev/b", container: "/dev/c", permissions: "r" },
          { host: "/dev/d", container: "/dev/d", permissions: "rw" },
          { host: "/dev/e", container: "/dev/e", permissions: "m" },
        ],
      },
    ],
    ["platform: linux/aarch64", { platform: { os: "linux", architecture: "arm64" } }],
  ])("%s", async (fields, expected) => {
    expect(await spec(fields, TOP)).toMatchObject(expected);
  });

  test("relative host paths start at the project's folder, ~ at home", async () => {
    const { mounts, securityOpt } = await spec("volumes: ['./a:/a', '~/b:/b'], security_opt: ['seccomp:./p.json']");
    expect(mounts).toMatchObject([{ source: expect.stringMatching(/\/shop\/a$/) }, { source: expect.stringMatching(/^\/.*\/b$/) }]);
    expect(securityOpt[0]).toMatch(/^seccomp=\/.*\/shop\/p\.json$/);
  });

  test("what is not said: Compose's defaults, and nothing else", async () => {
    expect(await spec("x-a: 1")).toEqual({
      image: { registry: "docker.io", repository: "library/a" },
      environment: {},
      labels: {},
      ports: [],
      expose: [],
      networks: [{ network: "default", aliases: [] }],
      mounts: [],
      secrets: [],
      configs: [],
      restart: { policy: "no" },
      stopGraceSeconds: 10,
      init: false,
      readOnlyRoot: false,
      privileged: false,
      capAdd: [],
      capDrop: [],
      securityOpt: [],
      resources: {},
      extraHosts: [],
      ulimits: [],
      sysctls: {},
      groupAdd: [],
      dns: { servers: [], search: [], options: [] },
      tty: false,
      stdinOpen: false,
      devices: [],
    });
  });
});

describe("beside the spec", () => {
  test.each([
    ["scale: 3", { replicas: 3 }],
    ["deploy: {replicas: 2, mode: replicated}", { replicas: 2 }],
    ["scale: 2, deploy: {replicas: 2}", { replicas: 2 }],
    [
      "deploy: {update_config: {order: start-first, parallelism: 1, failure_action: rollback, delay: 0s}}",
      {
        updateOrder: "start-first",
        replicas: 1,
        update: { order: "start-first", parallelism: 1, failureAction: "rollback", delayMs: 0, monitorMs: 5000, maxFailureRatio: 0 },
      },
    ],
    [
      "deploy: {update_config: {}, rollback_config: {parallelism: 0, monitor: 0s, delay: 1s}}",
      {
        update: { parallelism: 1, failureAction: "pause", delayMs: 0, monitorMs: 5000, maxFailureRatio: 0 },
        rollback: { parallelism: 0, failureAction: "pause", delayMs: 1000, monitorMs: 5000, maxFailureRatio: 0 },
      },
    ],
    [
      "deploy: {update_config: {parallelism: 2, max_failure_ratio: 0.34, monitor: 1m, failure_action: continue}}",
      { update: { parallelism: 2, failureAction: "continue", delayMs: 0, monitorMs: 60000, maxFailureRatio: 0.34 } },
    ],
    ["container_name: one", { containerName: "one" }],
    ["depends_on: [db]", { dependsOn: [{ service: "db", condition: "service_started", required: true }] }],
    [
      "depends_on: {db: {condition: service_healthy, required: false}}",
      { dependsOn: [{ service: "db", condition: "service_healthy", required: false }] },
    ],
    ["pull_policy: always, attach: false", { replicas: 1 }],
  ])("%s", async (fields, expected) => {
    expect(await service(fields, "  db: {image: b}\n")).toMatchObject(expected);
  });
});
