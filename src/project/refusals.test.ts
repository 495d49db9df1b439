import { describe, expect, test } from "vitest";
import { load, problems, refusal } from "./project.fixture.ts";

/** One field of a service on line 4, column 5. */
const field = (text: string, rest = ""): string => `services:\n  web:\n    image: a\n    ${text}\n${rest}`;

describe("unknown fields, by name at line and column", () => {
  test("all at once, with a guess", async () => {
    const error = await refusal(
      "nmae: x\nservices:\n  web:\n    imgae: a\n    build: .\n    healthcheck:\n      tset: [CMD, a]\n    deploy:\n      resources: {limits: {mem: 1g}}\n    frobnicate: 1\n",
    );
    expect(error.code).toBe("FIELD_UNKNOWN");
    expect(error.message).toBe("compose.yaml: 6 problems");
    expect(error.problems).toEqual([
      'compose.yaml:1:1: unknown field "nmae" at the top of the file; did you mean "name"?',
      'compose.yaml:4:5: unknown field "imgae" in services.web; did you mean "image"?',
      "compose.yaml:5:12: services.web.build: there is no Dockerfile in .",
      'compose.yaml:7:7: unknown field "tset" in services.web.healthcheck; did you mean "test"?',
      'compose.yaml:9:28: unknown field "mem" in services.web.deploy.resources.limits; did you mean "memory"?',
      'compose.yaml:10:5: unknown field "frobnicate" in services.web',
    ]);
  });
  test("one problem is the message", async () => {
    expect((await refusal(field("prots: [80]"))).message).toBe(
      'compose.yaml:4:5: unknown field "prots" in services.web; did you mean "ports"?',
    );
  });
  test("in the file that has it", async () => {
    expect(await problems({ "compose.yaml": field("user: '5'"), "compose.override.yaml": "services:\n  web:\n    usr: 6\n" })).toEqual([
      'compose.override.yaml:3:5: unknown field "usr" in services.web; did you mean "user"?',
    ]);
  });
  test("extensions are ignored at every level", async () => {
    await expect(
      load("x-a: 1\nservices: {web: {image: a, x-c: 1, healthcheck: {x-d: 1}, deploy: {x-e: {}}}}\nvolumes: {v: {x-f: 1}}\n"),
    ).resolves.toBeDefined();
  });
  test("keys of Object.prototype are unknown fields", async () => {
    expect(await problems(field("constructor: 1"))).toEqual(['compose.yaml:4:5: unknown field "constructor" in services.web']);
    expect(await problems(field("__proto__: {image: b}"))).toEqual(['compose.yaml:4:5: unknown field "__proto__" in services.web']);
  });
});

describe("known and not honoured: refused with the reason", () => {
  test.each([
    ["extends: {service: a}", "4:5", "services.web.extends", "use a YAML anchor"],
    ["develop: {watch: []}", "4:5", "services.web.develop", "it is for development"],
    ["provider: {type: x}", "4:5", "services.web.provider", "plug-in"],
    ["models: [a]", "4:5", "services.web.models", "not in this version"],
    ["build: {dockerfile_inline: FROM a}", "4:13", "services.web.build.dockerfile_inline", "put the text into a Dockerfile"],
    ["credential_spec: {}", "4:5", "services.web.credential_spec", "Windows"],
    ["isolation: hyperv", "4:5", "services.web.isolation", "Windows"],
    ["links: [db]", "4:5", "services.web.links", "find each other by name"],
    ["volumes_from: [db]", "4:5", "services.web.volumes_from", "name the volumes"],
    ["gpus: all", "4:5", "services.web.gpus", "not in this version"],
    ["userns_mode: host", "4:5", "services.web.userns_mode", "not in this version"],
    ["deploy: {mode: global}", "4:20", "services.web.deploy.mode: global", "only replicated"],
    ["deploy: {placement: {}}", "4:14", "services.web.deploy.placement", "Swarm"],
    ["deploy: {labels: {a: b}}", "4:14", "services.web.deploy.labels", "use labels"],
    [
      "deploy: {rollback_config: {failure_action: rollback}}",
      "4:48",
      "services.web.deploy.rollback_config.failure_action",
      "never rolled back",
    ],
    ["deploy: {restart_policy: {window: 1s}}", "4:31", "services.web.deploy.restart_policy.window", "resets"],
    ["healthcheck: {start_interval: 1s}", "4:19", "services.web.healthcheck.start_interval", "1.44"],
    ["volumes: [{type: bind, source: /a, target: /b, bind: {selinux: z}}]", "4:59", "services.web.volumes[0].bind.selinux", "SELinux"],
    ["networks: {default: {mac_address: 'aa'}}", "4:26", "services.web.networks.default.mac_address", "not in this version"],
    ["depends_on: {db: {condition: service_started, restart: true}}", "4:51", "services.web.depends_on.db.restart", "leave it out"],
    ["ports: ['8000-8010:80']", "4:13", "services.web.ports[0]: a range of host ports", "name one port"],
    ["network_mode: container:x", "4:19", "services.web.network_mode: container:x", "use service:NAME"],
    ["pid: service:x", "4:10", "services.web.pid: service:x", "not in this version"],
    ["x-seaworthy: {scan: {}}", "4:19", "services.web.x-seaworthy.scan", "not in this version"],
  ])("%s", async (text, place, name, reason) => {
    const error = await refusal(field(text, "  db: {image: b}\n"));
    expect(error.code).toBe("FIELD_UNSUPPORTED");
    expect(error.problems).toHaveLength(1);
    expect(error.message).toContain(`compose.yaml:${place}: ${name}`);
    expect(error.message).toContain(reason);
  });
  test.each([
    ["include: [a.yaml]", "include"],
    ["models: {a: {}}", "models"],
    ["volumes: {v: {x-seaworthy: {backup: {}}}}", "volumes.v.x-seaworthy"],
    ["secrets: {s: {external: true}}", "secrets.s.external"],
    ["networks: {n: {attachable: true}}", "networks.n.attachable"],
    ["x-seaworthy: {hosts: {a: {ssh: b}}}", "x-seaworthy.hosts"],
    ["x-seaworthy: {backup: {}}", "x-seaworthy.backup"],
    ["x-seaworthy: {release: {waves: []}}", "x-seaworthy.release.waves"],
    ["x-seaworthy: {proxy: {acme: {}}}", "x-seaworthy.proxy.acme"],
    ["x-seaworthy: {trust: {builders: [ci]}}", "x-seaworthy.trust.builders"],
  ])("%s", async (text, name) => {
    const error = await refusal(`services: {web: {image: a}}\n${text}\n`);
    expect(error).toMatchObject({ code: "FIELD_UNSUPPORTED", message: expect.stringMatching(/^compose\.yaml:2:\d+: /) });
    expect(error.message).toContain(`: ${name} is not supported: `);
  });
});

describe("values that cannot be", () => {
  test.each([
    ["image: UPPER", "4:12", "is not an image reference"],
    ["ports: [70000]", "4:13", '"70000" is not a container port'],
    ["ports: ['x:80']", "4:13", '"x" is not a host port'],
    ["ports: ['1-2:80-83']", "4:13", "2 host ports cannot be published for 4 container ports"],
    ["ports: ['1.2.3:80:80']", "4:13", '"1.2.3" is not an IP address'],
    ["ports: [80/icmp]", "4:13", '"icmp" is not a protocol'],
    ["ports: 80", "4:12", "expected a list, got a number"],
    ["ports: [{published: 80}]", "4:13", "a port needs a target"],
    ["volumes: ['a:b']", "4:15", '"b" is not an absolute path inside the container'],
    ["volumes: ['nope:/data']", "4:15", 'there is no volume "nope" under the top-level volumes'],
    ["volumes: ['/a:/b:zz']", "4:15", 'unknown option "zz"'],
    ["volumes: ['/a:/x', '/b:/x/']", "4:14", "two mounts at /x"],
    ["networks: [nope]", "4:16", 'there is no network "nope"'],
    ["secrets: [nope]", "4:15", 'there is no secret "nope"'],
    ["configs: [nope]", "4:15", 'there is no config "nope"'],
    ["depends_on: [nope]", "4:18", 'there is no service "nope"'],
    ["depends_on: [web]", "4:5", "depends_on goes in a circle: web -> web"],
    ["network_mode: service:nope", "4:5", 'there is no other service "nope"'],
    ["network_mode: hots", "4:19", "expected bridge, host, none or service:NAME"],
    ["command: npm test && npm start", "4:14", '"&" needs a shell'],
    ['command: "it\'s"', "4:14", "a ' is never closed"],
    ["healthcheck: {test: [curl, x]}", "4:25", "begins with CMD or CMD-SHELL"],
    ["healthcheck: {disable: true, test: a}", "4:18", "contradict each other"],
    ["healthcheck: {interval: 30}", "4:29", '"30" is not a duration'],
    ["deploy: {update_config: {max_failure_ratio: 1.5}}", "4:49", "expected a number from 0 to 1"],
    ["deploy: {update_config: {parallelism: -1}}", "4:43", "expected a whole number from 0 to"],
    ["deploy: {update_config: {failure_action: stop}}", "4:46", "expected continue, pause, rollback"],
    ["deploy: {update_config: {moniter: 3s}}", "4:30", 'did you mean "monitor"'],
    ["healthcheck: {retries: many}", "4:28", "expected a whole number from 0 to"],
    ["restart: sometimes", "4:14", "expected no, always"],
    ["mem_limit: lots", "4:16", '"lots" is not a size'],
    ["mem_limit: -1", "4:16", '"-1" is not a size'],
    ["memswap_limit: 1g", "4:20", "memswap_limit needs mem_limit"],
    ["read_only: maybe", "4:16", "expected true or false"],
    ["environment: {V: 1.10}", "4:22", "1.10 is the number 1.1 in YAML; put it in quotes"],
    ["environment: {V: 010}", "4:22", "010 is the number 10 in YAML"],
    ["environment: {V: [a]}", "4:22", "expected text, got a sequence"],
    ["environment: 5", "4:18", "expected a mapping, got a number"],
    ["extra_hosts: [a]", "4:18", "a has no address"],
    ["extra_hosts: ['a:b']", "4:19", '"b" is not an IP address'],
    ["ulimits: {nofile: {soft: 5, hard: 1}}", "4:23", "above the hard limit"],
    ["security_opt: [foo]", "4:20", 'unknown security option "foo"'],
    ["cap_add: ['a b']", "4:15", "is not a capability"],
    ["stop_grace_period: 10", "4:24", '"10" is not a duration'],
    ["platform: linux", "4:15", "is not a platform"],
    ["secrets: [{source: s, mode: 9}]", "4:33", "expected octal permission bits"],
    ["container_name: x\n    scale: 2", "4:21", "one name cannot be given to 2 containers"],
    ["deploy: {resources: {limits: {memory: 1g}}}\n    mem_limit: 2g", "5:16", "are both set and differ"],
    ["deploy: {replicas: 2}\n    scale: 3", "5:12", "are both set and differ"],
    ["deploy: {resources: {limits: {cpus: '1'}}}\n    cpus: 2", "5:11", "are both set and differ"],
    ["network_mode: host\n    networks: [default]", "4:19", "contradict each other"],
    ["network_mode: host\n    ports: [80]", "5:12", "nothing to publish"],
    ["build: https://x/y.git", "4:12", "only folders are"],
    ["build: ./nowhere", "4:12", "there is no folder ./nowhere"],
    ["labels: {com.docker.compose.project: x}", "4:14", "is reserved for Compose"],
    ["labels: [a=1, com.docker.compose.oneoff=x]", "4:19", "is reserved for Compose"],
    ["x-seaworthy: {route: {}}", "4:26", "route.port: missing; the service exposes no port"],
    ["expose: [1, 2]\n    x-seaworthy: {route: {}}", "5:26", "the service has several: 1, 2"],
  ])("%s", async (text, place, message) => {
    const given = field(text, "secrets: {s: {file: x}}\n").replace("    image: a\n    image:", "    user: '1'\n    image:");
    const all = await problems(given);
    expect(all.map((line) => line.split(": ", 1)[0])).toContain(`compose.yaml:${place}`);
    expect(all.join("\n")).toContain(message);
  });

  test("a service without image and build, a bad name, two owners of a host, a circle", async () => {
    expect(await problems("services:\n  web: {user: '1'}\n  'a b': {image: x}\n")).toEqual([
      "compose.yaml:2:3: services.web has neither an image nor a build: there is nothing to run",
      'compose.yaml:3:3: services: "a b" is not a name: expected letters, digits, ".", "_" or "-"',
    ]);
    const route = "x-seaworthy: {route: {port: 1}}";
    expect(await problems(`services:\n  a: {image: x, ${route}}\n  b: {image: x, ${route}}\n`)).toEqual([
      "compose.yaml:3:31: services.b: the host * already belongs to a",
    ]);
    expect(
      await problems("services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [b]}\n"),
    ).toEqual(["compose.yaml:3:17: depends_on goes in a circle: b -> c -> b"]);
  });
  test("what runs by a schedule is nobody's to wait for, and is one at a time without a port", async () => {
    const scheduled = "image: x, ports: ['80:80'], deploy: {replicas: 2}, x-seaworthy: {schedule: '@daily'}";
    expect(await problems(`services:\n  a: {image: x, depends_on: [b]}\n  b: {${scheduled}}\n`)).toEqual([
      'compose.yaml:2:30: services.a.depends_on: "b" runs by a schedule, so it cannot be waited for',
      "compose.yaml:3:17: services.b.ports: the service runs by a schedule, so nobody can count on a port of it",
      "compose.yaml:3:44: services.b.deploy.replicas: the service runs by a schedule, and one at a time",
    ]);
  });
  test("a required dependency in a profile that is not active", async () => {
    expect(await problems("services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, profiles: [p]}\n")).toEqual([
      'compose.yaml:2:30: services.a.depends_on: "b" belongs to a profile that is not active',
    ]);
  });
  test("top-level secrets, configs, networks and volumes", async () => {
    expect(
      await problems(
        "services: {web: {image: a}}\nsecrets:\n  s: {file: a, environment: B}\n  t:\nconfigs:\n  c: {content: x, flie: y}\nvolumes:\n  v: {external: true, driver: x}\nnetworks:\n  n: {ipam: {config: [{gateway: 10.0.0.1}]}}\n",
      ),
    ).toEqual([
      "compose.yaml:3:6: secrets.s: expected exactly one of file or environment, x-seaworthy.command or x-seaworthy.plugin",
      "compose.yaml:4:5: secrets.t: expected exactly one of file or environment, x-seaworthy.command or x-seaworthy.plugin",
      'compose.yaml:6:19: unknown field "flie" in configs.c; did you mean "file"?',
      "compose.yaml:8:31: volumes.v.driver: an external resource is used as it is; only its name can be given",
      "compose.yaml:10:13: networks.n.ipam.config: a pool needs a subnet",
    ]);
  });
  test.each([
    ["{x-seaworthy: {comand: [a]}}", '2:29: unknown field "comand" in secrets.s.x-seaworthy; did you mean "command"?'],
    ["{x-seaworthy: {command: pass}}", "2:38: secrets.s.x-seaworthy.command: expected a list of a program and its arguments"],
    ["{x-seaworthy: {command: []}}", "2:38: secrets.s.x-seaworthy.command: expected a program and its arguments"],
    ["{x-seaworthy: {plugin: {name: ../vault, ref: a}}}", "2:38: secrets.s.x-seaworthy.plugin.name: a plug-in's name has 1 to 32"],
    ["{x-seaworthy: {plugin: {name: vault}}}", "2:37: secrets.s.x-seaworthy.plugin.ref: missing"],
    ["{x-seaworthy: {plugin: {name: a, ref: b}, command: [c]}}", "2:14: secrets.s: expected exactly one of"],
    ["{file: a, x-seaworthy: {command: [c]}}", "2:14: secrets.s: expected exactly one of"],
    ["{file: a, external: true}", "2:14: secrets.s: external says that the content is not in this file"],
    ["{external: true, x-seaworthy: {}}", "2:14: secrets.s: expected exactly one of"],
  ])("a source of a secret: %s", async (text, words) => {
    const [first = "", ...others] = await problems(`services: {web: {image: a}}\nsecrets: {s: ${text}}\n`);
    expect(first).toContain(`compose.yaml:${words}`);
    expect(others).toEqual([]);
  });
  test("secrets never stand in a message", async () => {
    const error = await refusal({ "compose.yaml": field("environment: {PW: [$SECRET]}\n    prots: $SECRET"), ".env": "SECRET=hunter2222" });
    expect(JSON.stringify([error.message, error.problems, error.details])).not.toContain("hunter2222");
  });
});
