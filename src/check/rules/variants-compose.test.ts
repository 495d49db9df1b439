import { describe, expect, test } from "vitest";
import { findRules } from "../whole-catalogue.ts";
import { checkCompose } from "../test-data/subjects.ts";

const speaks = async (alias: string, text: string): Promise<boolean> =>
  (await checkCompose(text, { rules: findRules(alias) })).findings.some(
    (finding) =>
      finding.service === "a" && !finding.rule.startsWith("input/") && (finding.peers === undefined || finding.peers.includes(alias)),
  );

const indented = (text: string, depth: number): string => text.replace(/^(?=.)/gm, " ".repeat(depth));
const IMAGE = "image: r.test/a:1.2.3";

/** The same lines of a service, by every way that Compose has of writing them. */
const SHAPES: Readonly<Record<string, (lines: string) => string>> = {
  "in the service": (lines) => `services:\n  a:\n    ${IMAGE}\n${indented(lines, 4)}\n`,
  "by a merge key": (lines) => `x-c: &c\n${indented(lines, 2)}\nservices:\n  a:\n    <<: *c\n    ${IMAGE}\n`,
  "by one of several merge keys": (lines) =>
    `x-d: &d {tty: true}\nx-c: &c\n${indented(lines, 2)}\nservices:\n  a:\n    <<: [*d, *c]\n    ${IMAGE}\n`,
  "by extends": (lines) => `services:\n  base:\n    ${IMAGE}\n${indented(lines, 4)}\n  a:\n    extends: {service: base}\n`,
};

const ROWS: readonly (readonly [alias: string, fires: readonly string[], silent: readonly string[]])[] = [
  [
    "composelint:CL-0001",
    [
      'volumes: ["/var/run/docker.sock:/s:ro"]',
      "volumes:\n- {type: bind, source: /run/docker.sock, target: /s, read_only: true}",
      'volumes: ["/var/run:/host/run"]',
    ],
    ['volumes: ["data:/data"]', 'volumes: ["./docker.sock.d:/x"]'],
  ],
  ["composelint:CL-0002", ["privileged: true", "privileged: y", "privileged: Y"], ["privileged: false", "privileged: n"]],
  [
    "composelint:CL-0003",
    ['security_opt: ["label:disable"]'],
    ["security_opt: [no-new-privileges]", 'security_opt: ["no-new-privileges=true"]'],
  ],
  [
    "composelint:CL-0005",
    [
      'ports: ["80:80"]',
      'ports: ["[::]:80:80"]',
      'ports: ["[::0]:80:80"]',
      'ports: ["[0:0:0:0:0:0:0:0]:80:80"]',
      'ports: ["[::ffff:0.0.0.0]:80:80"]',
      'ports: [{target: 80, published: "80"}]',
      'ports: [{target: 80, published: "80", host_ip: "0:0::0"}]',
    ],
    [
      'ports: ["[::1]:80:80"]',
      'ports: ["[::ffff:127.0.0.1]:80:80"]',
      'ports: ["${BIND}:80:80"]',
      'ports: ["[fd00::${LAST}]:80:80"]',
      "ports: [{target: 80}]",
      'ports: [{target: 80, published: "80", host_ip: 127.0.0.1}]',
      'expose: ["80"]',
    ],
  ],
  ["composelint:CL-0006", ["cap_drop: [NET_RAW]"], ['cap_drop: ["all"]']],
  ["composelint:CL-0008", ["network_mode: host"], ["network_mode: none"]],
  ["composelint:CL-0010", ["pid: host", "ipc: host"], ["init: true"]],
  [
    "composelint:CL-0013",
    ['volumes: ["/etc:/host/etc:ro"]', 'volumes: ["/proc:/p:ro"]'],
    ['volumes: ["./etc:/etc"]', 'volumes: ["/srv/app:/x:ro"]'],
  ],
  [
    "composelint:CL-0017",
    ['volumes: ["/srv/a:/b:shared"]', "volumes: [{type: bind, source: /srv/a, target: /b, bind: {propagation: shared}}]"],
    ['volumes: ["/srv/a:/b:rshared"]', 'volumes: ["/srv/a:/b:rslave"]'],
  ],
  ["dockerbench:5.20", ['volumes: ["/srv/a:/b:rshared"]'], ['volumes: ["/srv/a:/b:rslave"]']],
  ["dockerbench:5.14", ["ports: [{target: 80}]"], ['ports: ["[::1]:80:80"]']],
  ["composelint:CL-0018", ["user: root", 'user: "0:0"'], ['user: "1000:1000"', "user: nobody"]],
  [
    "composelint:CL-0020",
    ["environment: {DB_PASSWORD: hunter2hunter2}", 'environment: ["API_KEY=abcdef123456"]'],
    [
      "environment: {DB_PASSWORD_FILE: /run/secrets/x}",
      'environment: ["API_KEY=${API_KEY}"]',
      "environment: [API_KEY]",
      "environment: {TOKEN_TTL: 30}",
    ],
  ],
  [
    "composelint:CL-0021",
    ['environment: {DATABASE_URL: "postgres://u:p4ssw0rd@db/x"}', 'environment: ["REDIS_URL=redis://:hunter22@cache:6379/0"]'],
    ['environment: {DATABASE_URL: "postgres://u:${PW}@db/x"}', 'environment: {DATABASE_URL: "postgres://db/x"}'],
  ],
  [
    "compose/secret-in-command",
    [
      "command: [redis-server, --requirepass, hunter2hunter2]",
      "command: serve --token=abcdef123456",
      "entrypoint: [psql, 'postgres://u:hunter2@db/x']",
    ],
    [
      "command: redis-server --requirepass ${PW}",
      "command: serve --token-file /run/secrets/t",
      "command: 'sh -c \"serve --token $$TOKEN\"'",
      "command: [serve, --password]",
    ],
  ],
];

/** What dclint reads otherwise, and rules of files, which no way of writing a service hides. */
const FILES: readonly (readonly [alias: string, fires: readonly string[], silent: readonly string[]])[] = [
  [
    "dclint:service-image-require-explicit-tag",
    ["image: nginx:latest", "image: ${REGISTRY}/shop/nginx", "image: r.test/${GROUP}/nginx"],
    [
      "image: nginx:Latest",
      "image: ${REGISTRY}/nginx:1.2",
      "image: ${REGISTRY}/${IMAGE}",
      "image: ${REGISTRY}/nginx${TAG}",
      "image: ${IMAGE}",
      "build: .\nimage: ${REGISTRY}/nginx",
    ],
  ],
  [
    "dclint:no-duplicate-exported-ports",
    [
      'ports: ["80:80", "80:81"]',
      'ports: ["${P:-80}:80", "80:81"]',
      'ports: ["79-81:79-81", "80:${T}"]',
      'ports: ["[::0]:80:80", "127.0.0.1:80:81"]',
    ],
    [
      'ports: ["${P}:80", "${Q}:81"]',
      'ports: ["1${P}:80", "10:81"]',
      'ports: ["${P}-82:80-82", "0-82:81"]',
      'ports: ["80:80/${PROTOCOL}", "80:81/0"]',
      'ports: [{target: 80, published: "${P}"}, "0:81", "0:82"]',
    ],
  ],
  ["composelint:CL-0004", ["image: nginx:Latest"], ["image: ${REGISTRY}/nginx"]],
  [
    "dclint:service-ports-alphabetical-order",
    [
      "ports: [81, 80]",
      'ports: ["80:80", "127.0.0.1::80"]',
      'ports: ["${B}:80", "${A}:80"]',
      "ports: [{target: 1, published: 2}, {target: 9}]",
    ],
    ["ports: [{target: 81}, {target: 80}]", 'ports: ["127.0.0.1::80", "79:79"]', 'ports: [{target: 80}, "80/udp", 443]'],
  ],
  [
    "dclint:no-quotes-in-volumes",
    ['volumes:\n- "${A}:/b"', "volumes:\n- './${A:-x}/c:/b:ro'", 'volumes: ["a:/b"]'],
    ['volumes: ["${A}:/b"]', 'volumes:\n- "{a}:/b"', 'volumes:\n- "${A:- #}:/b"'],
  ],
];

test.each(FILES)("%s, of one file", async (alias, fires, silent) => {
  const speaksOf = async (lines: string): Promise<boolean> => {
    const text = `services:\n  a:\n${indented(lines, 4)}\n`;
    return (await checkCompose(text, { rules: findRules(alias) })).findings.some(
      ({ rule, peers }) => !rule.startsWith("input/") && (peers === undefined || peers.includes(alias)),
    );
  };
  for (const lines of fires) expect([lines, await speaksOf(lines)]).toEqual([lines, true]);
  for (const lines of silent) expect([lines, await speaksOf(lines)]).toEqual([lines, false]);
});

test("a part of a port that hangs on a variable is said so in words", async () => {
  const ports = ['"${P}:80"', '"80:${T}"', '"${T}"', '"81:80/${PROTOCOL}"', '"[fd00::${A}]:${P}:80"', '{target: 80, published: "1${P}"}'];
  const text = `services:\n  a:\n    ${IMAGE}\n    ports: [${ports.join(", ")}]\n`;
  const rules = ["published-ports", "duplicate-ports", "low-ports"].flatMap((name) => findRules(`compose/${name}`));
  const checked = await checkCompose(text, { rules });
  const { findings } = checked;
  const said = findings.filter(({ rule }) => rule === "compose/published-ports").map(({ message }) => message);
  expect(said).toEqual(
    ["a port that hangs on a variable", "port 80/tcp", "a port that hangs on a variable", "port 81", "a port that hangs on a variable"].map(
      (port) => `a publishes ${port} on every address of the host`,
    ),
  );
  expect(JSON.stringify(checked)).not.toContain(String.raw`\u0000`);
  const bound = await checkCompose(`services:\n  a:\n    ${IMAGE}\n    ports: ["127.0.0.1:\${P}:80"]\n`, { rules });
  expect(JSON.stringify(bound)).toContain("a publishes 127.0.0.1:a number that hangs on a variable only");
});

describe.each(Object.entries(SHAPES))("%s", (_, shape) => {
  test.each(ROWS)("%s", async (alias, fires, silent) => {
    expect(findRules(alias)).not.toEqual([]);
    for (const lines of fires) expect([lines, await speaks(alias, shape(lines))]).toEqual([lines, true]);
    for (const lines of silent) expect([lines, await speaks(alias, shape(lines))]).toEqual([lines, false]);
  });
});
