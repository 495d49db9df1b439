import { expect, describe, test } from "vitest";
import { load, problems } from "../project.fixture.ts";
import { LATER_SECTIONS, SECTIONS } from "./sections.ts";

const WEB = "services: {web: {image: a, expose: [3000], x-seaworthy: {route: {}}}}\n";

describe("defaults and values", () => {
  test("none of it is needed", async () => {
    const project = await load(WEB);
    expect(project.settings).toEqual({
      policy: { profile: "production", require: {} },
      waive: [],
      trust: { keys: [] },
      registry: { port: 5417 },
      check: { ignore: [], rules: {} },
      scan: { fail: "high", onlyFixed: false, waive: [], vex: [] },
      release: { keep: { releases: 5, forMs: 0 } },
      prune: { danglingMs: 86_400_000, buildCache: { unusedMs: 604_800_000 } },
      proxy: { http: 80, https: 443, certificates: [] },
    });
    expect(project.services[0]?.settings).toEqual({
      build: { platforms: [], secrets: [] },
      route: { hosts: ["*"], port: 3000, ready: "/" },
      release: { strategy: "rolling", drain: 30_000, websockets: "wait", ready: 60_000, hold: { seconds: 30, requests: 1000 } },
      jobs: [],
      trial: { level: "standard", requests: [], state: [] },
    });
  });
  test("a schedule, short and long", async () => {
    const scheduleOf = async (text: string) =>
      (await load(`services: {web: {image: a, x-seaworthy: {schedule: ${text}}}}`)).services[0]?.settings.schedule;
    expect(await scheduleOf("15 3 * * mon-fri")).toEqual({
      cron: "15 3 * * mon-fri",
      timezone: "UTC",
      deadlineMs: 3_600_000,
      missed: "skip",
    });
    expect(await scheduleOf("{cron: '@daily', timezone: Europe/Berlin, deadline: 10m, missed: run}")).toEqual({
      cron: "@daily",
      timezone: "Europe/Berlin",
      deadlineMs: 600_000,
      missed: "run",
    });
  });
  test("no route, no traffic", async () => {
    expect((await load("services: {web: {image: a}}")).services[0]?.settings.route).toBeUndefined();
  });
  test("everything said", async () => {
    const project = await load(`${WEB}x-seaworthy:
  policy: {profile: strict, require: {multi-arch: off, signed: not-disproved}, scan: {fail: medium, onlyFixed: true, maxAge: 3d}}
  waive: [{item: restore-proven, until: 2027-03-01, by: ann@acme.example, why: first month}]
  trust: {keys: [cosign.pub]}
  registry: {repository: ghcr.io/acme/shop, port: 5000}
  check: {ignore: [{rule: image-size, path: tools/**, until: 2027-01-01, why: build image}], fail: error}
  scan: {waive: [{id: CVE-2026-1, package: left, path: "app/**", reason: r, until: 2027-01-01, justification: component_not_present}], vex: [vex/a.json], baseline: base.json}
  test: {target: test, command: [npm, test]}
  release: {keep: 9, keepFor: 30d}
  prune: {dangling: 2h, buildCache: {maxSize: 10gb}}
  proxy: {http: 8080, image: haproxy:3}
`);
    expect(project.settings).toEqual({
      policy: { profile: "strict", require: { "multi-arch": "off", signed: "not-disproved" } },
      waive: [{ item: "restore-proven", until: "2027-03-01", by: "ann@acme.example", why: "first month" }],
      trust: { keys: [`${project.folder}/cosign.pub`] },
      registry: { repository: "ghcr.io/acme/shop", port: 5000 },
      check: { ignore: [{ rule: "image-size", path: "tools/**", until: "2027-01-01", why: "build image" }], rules: {}, fail: "error" },
      scan: {
        fail: "medium",
        onlyFixed: true,
        maxAge: 3 * 86_400_000,
        waive: [
          { id: "CVE-2026-1", package: "left", path: "app/**", reason: "r", until: "2027-01-01", justification: "component_not_present" },
        ],
        vex: [`${project.folder}/vex/a.json`],
        baseline: `${project.folder}/base.json`,
      },
      test: { target: "test", command: ["npm", "test"] },
      release: { keep: { releases: 9, forMs: 30 * 86_400_000 } },
      prune: { danglingMs: 7_200_000, buildCache: { unusedMs: 604_800_000, maxBytes: 10 * 1024 ** 3 } },
      proxy: { http: 8080, https: 443, certificates: [], image: "haproxy:3" },
    });
    expect(project.policy).toEqual({ ...project.settings.policy, waivers: project.settings.waive });
  });
  test("limits of what a service takes, and what is shown while it is closed", async () => {
    const project = await load(`services:
  web:
    image: a
    expose: [3000]
    x-seaworthy:
      route: {}
      limits:
        body: 10mb
        unmeasured: true
        rate: {requests: 100}
        perClient: 20
        perReplica: 200
        timeouts: {connect: 1s, header: 10s, answer: 2m, idle: 12h, queue: 500ms}
      maintenance: {page: closed.html, retryAfter: 10m, allow: {addresses: [10.0.0.0/8], key: correct horse battery}}
`);
    const settings = project.services[0]?.settings;
    expect(settings?.limits).toEqual({
      bodyBytes: 10_485_760,
      unmeasured: true,
      rate: { requests: 100, seconds: 10 },
      perClient: 20,
      perReplica: 200,
      timeouts: { connectMs: 1000, headerMs: 10_000, answerMs: 120_000, idleMs: 43_200_000, queueMs: 500 },
    });
    expect(settings?.maintenance).toEqual({
      page: `${project.folder}/closed.html`,
      retrySeconds: 600,
      allow: { addresses: ["10.0.0.0/8"], keySha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(JSON.stringify(settings)).not.toContain("horse");
  });
  test("all that the rules can be told", async () => {
    const { settings } = await load(`${WEB}x-seaworthy:
  check:
    profile: strict
    rules:
      DL3008: error
      compose/init: {severity: info, paths: ["tools/**"]}
      trivy:DS-0026: {severity: off, reason: nothing serves, until: 2027-01-01}
      read-only-root: false
    trustedRegistries: [ghcr.io/acme]
    kubernetesVersion: "1.30"
    workflow: {pins: {actions/*: ref}, allowedActions: [actions/*], deniedActions: [x/y], acceptedAdvisories: [GHSA-1], openSecrets: [A], cooldownDays: 3}
    dockerfile: {buildArgs: {A: 1, B: true, C: c}, labels: {maintainer: email}, strictLabels: true, secretNames: [PIN]}
    compose: {movingTags: [edge], pullPolicySettles: false, quotes: single, topLevelOrder: [name, x-], serviceKeyOrder: [[image], [ports]], containerName: "^a"}
`);
    expect(settings.check).toEqual({
      ignore: [],
      profile: "strict",
      rules: {
        DL3008: { severity: "error" },
        "compose/init": { severity: "info", paths: ["tools/**"] },
        "trivy:DS-0026": { severity: "off", reason: "nothing serves", until: "2027-01-01" },
        "read-only-root": { severity: "off" },
      },
      trustedRegistries: ["ghcr.io/acme"],
      kubernetesVersion: "1.30",
      workflow: {
        pins: { "actions/*": "ref" },
        allowedActions: ["actions/*"],
        deniedActions: ["x/y"],
        acceptedAdvisories: ["GHSA-1"],
        openSecrets: ["A"],
        cooldownDays: 3,
      },
      dockerfile: { buildArgs: { A: "1", B: "true", C: "c" }, labels: { maintainer: "email" }, strictLabels: true, secretNames: ["PIN"] },
      compose: {
        movingTags: ["edge"],
        pullPolicySettles: false,
        quotes: "single",
        topLevelOrder: ["name", "x-"],
        serviceKeyOrder: [["image"], ["ports"]],
        containerName: "^a",
      },
    });
  });
  test("a service's sections, and variables in them", async () => {
    const text =
      "services:\n  web:\n    image: a\n    x-seaworthy:\n      build: {platforms: [linux/amd64, linux/aarch64], maxSize: 200mb}\n      route: {hosts: [Shop.Example, '*.x' ], port: $PORT, ready: /r, live: /l}\n      release: {strategy: rolling, drain: 1m30s, ready: 5s}\n      jobs: {migrate: {command: [node, m.js]}, warm: {command: [w], when: after-traffic, timeout: 10s}}\n".replace(
        ", '*.x' ",
        "",
      );
    const project = await load(text, { env: { PORT: "3000" } });
    expect(project.services[0]?.settings).toEqual({
      build: {
        platforms: [
          { os: "linux", architecture: "amd64" },
          { os: "linux", architecture: "arm64" },
        ],
        maxSize: 209_715_200,
        secrets: [],
      },
      route: { hosts: ["shop.example"], port: 3000, ready: "/r", live: "/l" },
      release: { strategy: "rolling", drain: 90_000, websockets: "wait", ready: 5000, hold: { seconds: 30, requests: 1000 } },
      jobs: [
        { name: "migrate", command: ["node", "m.js"], when: "before-traffic", timeoutMs: 300_000 },
        { name: "warm", command: ["w"], when: "after-traffic", timeoutMs: 10_000 },
      ],
      trial: { level: "standard", requests: [], state: [] },
    });
  });
  test("what a trial asks", async () => {
    const trial =
      "{level: deep, requests: [{get: /, expect: 200}, {post: /orders, body: {id: a, n: 1}, port: 3001}], state: [{write: {put: '/k/{n}', body: v}, read: {get: '/k/{n}'}}], needs: [db]}";
    const project = await load(`services: {web: {image: a, x-seaworthy: {trial: ${trial}}}, db: {image: b}}`);
    expect(project.services.find(({ name }) => name === "web")?.settings.trial).toEqual({
      level: "deep",
      requests: [
        { method: "GET", path: "/", headers: {}, expect: 200 },
        { method: "POST", path: "/orders", headers: { "content-type": "application/json" }, body: '{"id":"a","n":1}', port: 3001 },
      ],
      state: [{ write: { method: "PUT", path: "/k/{n}", headers: {}, body: "v" }, read: { method: "GET", path: "/k/{n}", headers: {} } }],
      needs: ["db"],
    });
  });
  test(".seaworthy.yaml lies below the compose file", async () => {
    const project = await load({
      "compose.yaml": "services: {web: {image: a, x-seaworthy: {release: {drain: 5s}}}}\nx-seaworthy: {release: {keep: 3}}",
      ".seaworthy.yaml": "release: {keep: 7}\nproxy: {http: 81}\nservices: {web: {route: {port: 1}, release: {drain: 1s, ready: 2s}}}",
    });
    expect(project.settings).toMatchObject({ release: { keep: { releases: 3 } }, proxy: { http: 81 } });
    expect(project.services[0]?.settings).toMatchObject({ route: { port: 1 }, release: { drain: 5000, ready: 2000 } });
    expect(project.files.map((file) => file.path)).toEqual(["compose.yaml", ".seaworthy.yaml"]);
  });
  test("secrets of the build by name", async () => {
    const project = await load({
      "compose.yaml":
        "services:\n  web:\n    build: {context: app, target: prod, args: [A=1, B], secrets: [token, {source: token, target: t2}]}\n    x-seaworthy: {build: {secrets: [npmrc]}}\nsecrets: {token: {environment: TOKEN}, npmrc: {file: ./.npmrc}}\n",
      "app/Dockerfile": "FROM scratch",
    });
    expect(project.services[0]?.build).toEqual({
      context: `${project.folder}/app`,
      dockerfile: `${project.folder}/app/Dockerfile`,
      target: "prod",
      args: { A: "1" },
      platforms: [],
      secrets: [
        { id: "token", source: { key: "token", from: "environment", variable: "TOKEN" } },
        { id: "t2", source: { key: "token", from: "environment", variable: "TOKEN" } },
        { id: "npmrc", source: { key: "npmrc", from: "file", path: `${project.folder}/.npmrc` } },
      ],
    });
  });
});

describe("refusals at line and column", () => {
  test.each([
    ["polciy: {}", '2:15: unknown field "polciy" in x-seaworthy; did you mean "policy"?'],
    ["policy: {profle: dev}", '2:24: unknown field "profle" in x-seaworthy.policy; did you mean "profile"?'],
    ["policy: {profile: prod}", "2:24: x-seaworthy.policy.profile: expected dev, production, strict"],
    [
      "policy: {require: {mutli-arch: off}}",
      '2:34: x-seaworthy.policy.require.mutli-arch: "mutli-arch" is not an item of the checklist; did you mean "multi-arch"?',
    ],
    ["policy: {require: {signed: maybe}}", "2:34: x-seaworthy.policy.require.signed: expected proven, not-disproved, off"],
    ["policy: 5", "2:23: x-seaworthy.policy: expected a mapping"],
    ["waive: [{item: signed, until: 2027-02-30, by: a, why: b}]", "2:38: x-seaworthy.waive.0.until: expected a date such as 2027-03-01"],
    ["waive: [{item: signed, until: 2027-02-03, by: a}]", "2:23: x-seaworthy.waive.0.why: missing"],
    [
      "scan: {waive: [{id: CVE-2026-1, service: nope, until: 2027-02-03, reason: b}]}",
      '2:47: x-seaworthy.scan.waive: there is no service "nope"',
    ],
    ["waive: [{item: signed, service: nope, until: 2027-02-03, by: a, why: b}]", '2:38: x-seaworthy.waive: there is no service "nope"'],
    [
      "waive: [{item: signed, until: 2027-02-03, by: a, why: b, wy: c}]",
      '2:72: unknown field "wy" in x-seaworthy.waive.0; did you mean "why"?',
    ],
    ["registry: {repository: 'shop:1'}", "2:26: x-seaworthy.registry.repository: expected host/name without a tag"],
    ["registry: {port: 99999}", "2:26: x-seaworthy.registry.port: a port is from 1 to 65535"],
    ["release: {keep: 0}", "2:25: x-seaworthy.release.keep: at least 1 is kept"],
    ["check: {ignore: [{rule: x}]}", "2:32: x-seaworthy.check.ignore.0.why: missing"],
    ["test: {command: npm test}", "2:22: x-seaworthy.test.command:"],
  ])("x-seaworthy: {%s}", async (text, message) => {
    const all = await problems(`services: {web: {image: a}}\nx-seaworthy: {${text}}\n`);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(`compose.yaml:${message}`);
  });
  test.each([
    ["route: {port: 80, hosts: ['a b']}", "x-seaworthy.route.hosts.0: expected a host name"],
    ["route: {port: 80}, limits: {body: much}", 'x-seaworthy.limits.body: "much" is not a size'],
    ["route: {port: 80}, limits: {rate: {requests: 0}}", "x-seaworthy.limits.rate.requests: expected at least 1"],
    ["route: {port: 80}, limits: {rate: {requests: 5, per: 1500ms}}", "x-seaworthy.limits.rate.per: expected whole seconds"],
    ["route: {port: 80}, limits: {timeouts: {queue: 2m}}", "x-seaworthy.limits.timeouts.queue: expected 1ms to 50s"],
    [
      "route: {port: 80}, limits: {perclient: 3}",
      'unknown field "perclient" in services.web.x-seaworthy.limits; did you mean "perClient"?',
    ],
    ["limits: {perClient: 3}", "x-seaworthy.limits: it is the proxy that does this, and this service has no x-seaworthy.route"],
    [
      "route: {port: 80}, maintenance: {allow: {addresses: [10.0.0.0/40]}}",
      "x-seaworthy.maintenance.allow.addresses.0: expected an address",
    ],
    ["route: {port: 80}, maintenance: {allow: {key: guess}}", "x-seaworthy.maintenance.allow.key: expected at least 16 characters"],
    ["route: {port: 80}, jobs: {migrate: {}}", "x-seaworthy.jobs.migrate.command: missing"],
    [
      "route: {port: 80}, jobs: {migrate: {command: [a], when: later}}",
      "x-seaworthy.jobs.migrate.when: expected before-traffic or after-traffic",
    ],
    ["route: {port: 80}, jobs: {Migrate: {command: [a]}}", "a job's name has 1 to 32 small letters"],
    ["schedule: every day", 'x-seaworthy.schedule: "every day" is not a schedule: expected five fields'],
    ["schedule: 61 * * * *", "a minute is from 0 to 59, not 61"],
    ["schedule: 5", "x-seaworthy.schedule: expected a schedule such as 15 3 * * *, or a mapping with cron"],
    ["schedule: {cron: 0 0 30 2 *}", 'x-seaworthy.schedule.cron: "0 0 30 2 *" is not a schedule: that day never comes'],
    ["schedule: {cron: '@daily', timezone: Mars}", 'x-seaworthy.schedule.timezone: "Mars" is not a time zone'],
    ["schedule: {cron: '@daily', missed: later}", "x-seaworthy.schedule.missed: expected skip or run"],
    ["schedule: {cron: '@daily', deadlin: 1m}", 'unknown field "deadlin" in services.web.x-seaworthy.schedule; did you mean "deadline"?'],
    ["schedule: '@daily', route: {port: 80}", "x-seaworthy.route: the service runs by a schedule, so the proxy has nothing"],
    ["schedule: '@daily', jobs: {a: {command: [b]}}", "x-seaworthy.jobs: the service runs by a schedule, and jobs run when a release"],
    ["route: {port: 80, hosts: []}", "x-seaworthy.route.hosts: expected at least one host name"],
    ["route: {port: 80, ready: readyz}", "x-seaworthy.route.ready: expected a path that begins with /"],
    // What would become lines of the proxy's configuration, and so every other service's trouble.
    ['route: {port: 80, ready: "/x\\n    server evil 192.0.2.1:80"}', "x-seaworthy.route.ready: expected a path"],
    ['route: {port: 80, live: "/x # y"}', "x-seaworthy.route.live: expected a path"],
    ['route: {port: 80, headers: {X-A: "1\\nbind :1"}}', "x-seaworthy.route.headers.X-A: expected up to 800 printable"],
    ["route: {port: 80, headers: {X-A: 5}}", "x-seaworthy.route.headers.X-A: expected the header's value, or off"],
    ["route: {port: 80, headers: {Set-Cookie: a}}", "expected the name of a response header"],
    ["route: {port: 80, hideHeaders: ['a b']}", "x-seaworthy.route.hideHeaders.0: expected the name of a response header"],
    ["route: {port: 80, protocol: spdy}", "x-seaworthy.route.protocol: expected http or h2c"],
    ["route: {port: 80, tls: {certificate: a.crt}}", "x-seaworthy.route.tls: a certificate and its key are named together"],
    ['route: {port: 80, hosts: ["a\\nb"]}', "x-seaworthy.route.hosts.0: expected a host name"],
    ["route: {port: 80, hosts: ['a{b}']}", "x-seaworthy.route.hosts.0: expected a host name"],
    ["release: {strategy: big-bang}", "x-seaworthy.release.strategy: expected rolling, blue-green, canary"],
    ["release: {strategy: canary}", "x-seaworthy.release.strategy: canary moves requests in the proxy, and this service has no"],
    ["release: {keepOld: 5m}", "x-seaworthy.release.keepOld: belongs to the strategy blue-green, and this is rolling"],
    ["release: {strategy: blue-green, steps: [{weight: 5}]}, route: {port: 80}", "release.steps: belongs to the strategy canary"],
    [
      "release: {strategy: canary, steps: [{weight: 50}, {weight: 10}]}, route: {port: 80}",
      "release.steps.1.weight: 10 does not come after 50",
    ],
    [
      "release: {strategy: canary, steps: [{weight: 100, analysis: {}}]}, route: {port: 80}",
      "steps.0.analysis: at weight 100 the stable release",
    ],
    ["release: {strategy: canary, steps: [{weight: 10, pause: soon}]}, route: {port: 80}", "release.steps.0.pause: expected a duration"],
    [
      "release: {strategy: canary, steps: [{weight: 10, analysis: {errors: 5}}]}, route: {port: 80}",
      "analysis.errors: expected a part of 1",
    ],
    ["release: {strategy: blue-green, preview: 'a b'}, route: {port: 80}", "release.preview: expected a host name"],
    [
      "release: {strategy: blue-green, preview: a.example}, route: {port: 80, hosts: [a.example]}",
      "the preview host a.example already belongs to web",
    ],
    ["release: {drain: 30}", "x-seaworthy.release.drain: expected a duration"],
    ["release: {drain: 30 s}", 'x-seaworthy.release.drain: "30 s" is not a duration'],
    ["build: {platforms: [amd64]}", "x-seaworthy.build.platforms.0:"],
    ["build: {secrets: [nope]}", 'there is no secret "nope" under the top-level secrets'],
    ["rout: {}", 'unknown field "rout" in services.web.x-seaworthy; did you mean "route"?'],
  ])("services.web.x-seaworthy: {%s}", async (text, message) => {
    const all = await problems({
      "compose.yaml": `services:\n  web:\n    build: .\n    x-seaworthy: {${text}}\n`,
      Dockerfile: "FROM scratch",
    });
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^compose\.yaml:4:\d+: /);
    expect(all[0]).toContain(message);
  });
  test.each([
    ["rules: {DL3008: fatal}", "x-seaworthy.check.rules.DL3008: expected off, info, warning, error or a mapping of severity"],
    ["rules: {DL3008: {severity: fatal}}", "x-seaworthy.check.rules.DL3008.severity: expected off, info, warning, error"],
    ["rules: {DL3008: {severty: off}}", 'unknown field "severty" in x-seaworthy.check.rules.DL3008; did you mean "severity"?'],
    ["rules: {DL3008: {severity: off, until: soon}}", "x-seaworthy.check.rules.DL3008.until: expected a date"],
    ["rules: [DL3008]", "x-seaworthy.check.rules.0: expected off, info, warning, error or a mapping"],
    ["profile: staging", "x-seaworthy.check.profile: expected dev, production, strict"],
    ["kubernetesVersion: 1.30", "x-seaworthy.check.kubernetesVersion: expected a version in quotes"],
    ["trustedRegistries: ghcr.io", "x-seaworthy.check.trustedRegistries: expected a list"],
    ["trustedRegistry: [ghcr.io]", 'unknown field "trustedRegistry" in x-seaworthy.check; did you mean "trustedRegistries"?'],
    ["workflow: {pins: {a/b: sha}}", "x-seaworthy.check.workflow.pins.a/b: expected hash, ref, any"],
    ["workflow: {cooldownDays: -1}", "x-seaworthy.check.workflow.cooldownDays: expected 0 or more days"],
    ["workflow: {pin: {}}", 'unknown field "pin" in x-seaworthy.check.workflow; did you mean "pins"?'],
    ["dockerfile: {labels: {a: uri}}", "x-seaworthy.check.dockerfile.labels.a: expected text, url"],
    ["dockerfile: {buildArgs: {A: [1]}}", "x-seaworthy.check.dockerfile.buildArgs.A: expected text"],
    ["compose: {quotes: back}", "x-seaworthy.check.compose.quotes: expected single, double"],
    ["compose: {serviceKeyOrder: [image]}", "x-seaworthy.check.compose.serviceKeyOrder.0: expected a list"],
    ["compose: {containerName: '('}", "x-seaworthy.check.compose.containerName: expected a regular expression"],
  ])("check: {%s}", async (text, message) => {
    const all = await problems(`services: {web: {image: a}}\nx-seaworthy:\n  check:\n    ${text}\n`);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^compose\.yaml:4:\d+: /);
    expect(all[0]).toContain(message);
  });
  test("in .seaworthy.yaml too", async () => {
    expect(await problems({ "compose.yaml": "services: {web: {image: a}}", ".seaworthy.yaml": "release: {keeep: 1}\n" })).toEqual([
      '.seaworthy.yaml:1:11: unknown field "keeep" in x-seaworthy.release; did you mean "keep"?',
    ]);
  });
});

test("a preview host that another service answers to is refused at its place", async () => {
  const web = (preview: string) =>
    `  web:\n    image: a\n    x-seaworthy:\n      route: {hosts: [x.example], port: 80}\n      release: {strategy: canary${preview}}\n`;
  const admin = "  admin: {image: a, x-seaworthy: {route: {hosts: [preview.x.example], port: 80}}}\n";
  const [problem, ...others] = await problems(`services:\n${web("")}${admin}`);
  expect(problem).toMatch(/^compose\.yaml:6:\d+: services\.web: the preview host preview\.x\.example already belongs to admin/);
  expect(others).toEqual([]);
  expect((await load(`services:\n${web(", preview: next.x.example")}${admin}`)).services).toHaveLength(2);
});

test("a strategy with what belongs to it, and its defaults", async () => {
  const release = async (text: string) =>
    (
      await load(
        `services:\n  web:\n    image: a\n    x-seaworthy:\n      route: {hosts: [shop.example], port: 80}\n      release: {${text}}\n`,
      )
    ).services[0]?.settings.release.strategy;
  expect(await release("strategy: blue-green")).toEqual({ name: "blue-green", preview: ["preview.shop.example"], keepOld: 0 });
  expect(await release("strategy: blue-green, autoPromote: 10m, keepOld: 1h, preview: next.example")).toEqual({
    name: "blue-green",
    preview: ["next.example"],
    autoPromote: 600_000,
    keepOld: 3_600_000,
  });
  const analysis = { for: 300_000, requests: 100, errors: 0.01, p95: 1.5 };
  expect(await release("strategy: canary")).toEqual({
    name: "canary",
    preview: ["preview.shop.example"],
    steps: [
      { weight: 10, analysis },
      { weight: 50, analysis },
    ],
  });
  expect(
    await release(
      "strategy: canary, steps: [{weight: 1, pause: 5m}, {weight: 25, analysis: {for: 1m, requests: 20}}, {weight: 100, pause: promote}]",
    ),
  ).toMatchObject({
    steps: [
      { weight: 1, pause: 300_000 },
      { weight: 25, analysis: { ...analysis, for: 60_000, requests: 20 } },
      { weight: 100, pause: "promote" },
    ],
  });
});

test("each section says what it is, once, and none is both read and refused", () => {
  const ids = SECTIONS.map(({ scope, key }) => `${scope}.${key}`);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { docs, scope, key } of SECTIONS) {
    expect(docs).toMatch(/^[A-Z].*\.$/);
    expect(LATER_SECTIONS[scope]).not.toContain(key);
  }
});
