import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tinyImage } from "../../../test/support/tiny-image.ts";
import { exec } from "../../core/index.ts";
import { createDockerEngine } from "../../engine/index.ts";
import { loadProject } from "../load.ts";
import { projectFolder } from "../project.fixture.ts";
import { composeLabels, networkLabels, volumeLabels } from "./compose-labels.ts";
import { toContainerConfig } from "./container-config.ts";

const engine = createDockerEngine();
const name = `swt-prj-${randomBytes(3).toString("hex")}`;
const networks = [`${name}_front`, `${name}_back`];
const volume = `${name}_data`;

afterAll(async () => {
  await engine.containers.remove(`${name}-web-1`);
  for (const network of networks) await engine.networks.remove(network);
  await engine.volumes.remove(volume);
});

const COMPOSE = `name: ${name}
services:
  web:
    image: ignored
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"]
    environment: {GREETING: "hello world"}
    user: "1000:1000"
    hostname: webhost
    read_only: true
    init: true
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    security_opt: [no-new-privileges, "seccomp:profile.json"]
    mem_limit: 64m
    memswap_limit: 64m
    cpus: 0.5
    pids_limit: 50
    cpu_shares: 512
    shm_size: 16m
    oom_score_adj: 100
    stop_grace_period: 2s
    stop_signal: SIGTERM
    restart: on-failure:2
    ulimits: {nofile: {soft: 512, hard: 1024}}
    sysctls: {net.core.somaxconn: 512}
    group_add: ["2000"]
    extra_hosts: [other:10.9.9.9]
    dns_search: [example.test]
    logging: {driver: json-file, options: {max-size: 1m, max-file: 2}}
    healthcheck: {test: [CMD, "true"], interval: 1s, timeout: 1s, retries: 2, start_period: 1s}
    # A folder the image does not have: runc 1.1 gives an existing one its mode in the image, whatever the option says.
    tmpfs: ["/scratch:size=1m,mode=1777"]
    volumes: ["data:/data", "./site:/site:ro"]
    secrets: [{source: token, target: token, mode: 0440}]
    networks: {front: {aliases: [www]}, back: }
networks: {front: {ipam: {config: [{subnet: 10.213.77.0/24}]}}, back: }
volumes: {data: }
secrets: {token: {file: token}}
`;

test("the engine takes the whole body, the container runs as described, and Compose's filter finds it", async () => {
  const folder = projectFolder({
    "compose.yaml": COMPOSE,
    token: "s3cret\n",
    "profile.json": '{"defaultAction":"SCMP_ACT_ALLOW"}',
    "site/index.html": "hi",
  });
  const project = await loadProject({ folder, env: {}, git: false });
  const [web] = project.services;
  if (web === undefined) throw new Error("no service");
  for (const network of project.networks)
    await engine.networks.create(network.name, {
      driver: network.driver,
      labels: networkLabels(project, network.key),
      pools: network.pools,
    });
  for (const one of project.volumes) await engine.volumes.create(one.name, { driver: one.driver, labels: volumeLabels(project, one.key) });
  const image = await tinyImage();
  const { config, connect } = toContainerConfig(web.spec, {
    image,
    labels: composeLabels(project, web, 1, image),
    aliases: ["web"],
    networks: new Map(project.networks.map((one) => [one.key, one.name])),
    volumes: new Map(project.volumes.map((one) => [one.key, one.name])),
    secretFiles: new Map([["token", join(folder, "token")]]),
    addresses: new Map([["front", "10.213.77.9"]]),
  });
  const id = await engine.containers.create(`${name}-web-1`, config, web.spec.platform);
  for (const { network, ...options } of connect) await engine.networks.connect(network, id, options);
  await engine.containers.start(id);

  const inside = async (script: string): Promise<string> => {
    const { stdout, stderr } = await exec("/usr/bin/docker", ["exec", id, "sh", "-c", script]);
    return `${stdout}${stderr}`.trim();
  };
  expect(await inside("echo $GREETING; cat /run/secrets/token /site/index.html; id -u; id -G")).toBe(
    "hello world\ns3cret\nhi1000\n1000 2000",
  );
  expect(await inside("touch /x 2>&1; touch /run/secrets/token 2>&1; touch /scratch/ok && echo ok")).toMatch(
    /Read-only.*\n.*Read-only.*\nok$/,
  );
  expect(await inside("cat /etc/hostname; cat /proc/sys/net/core/somaxconn; ls -d /data")).toBe("webhost\n512\n/data");
  expect(await inside("cat /proc/self/status")).toMatch(/CapEff:\s+0{16}[\s\S]*NoNewPrivs:\s+1/);

  const state = await engine.containers.inspect(id);
  expect(state?.addresses).toMatchObject({ [`${name}_front`]: "10.213.77.9", [`${name}_back`]: expect.stringMatching(/^\d/) });
  expect(state?.config.HostConfig).toMatchObject({
    Memory: 67_108_864,
    NanoCpus: 500_000_000,
    PidsLimit: 50,
    OomScoreAdj: 100,
    Init: true,
  });

  // The filters of compose's pkg/compose/containers.go, as `docker compose ps` sends them.
  const filters = [`com.docker.compose.project=${name}`, "com.docker.compose.config-hash", "com.docker.compose.oneoff=False"];
  const listed = await exec("/usr/bin/docker", ["ps", "--format", "{{.Names}}", ...filters.flatMap((one) => ["--filter", `label=${one}`])]);
  expect(listed.stdout.trim()).toBe(`${name}-web-1`);
});
