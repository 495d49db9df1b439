import { type Section, SECTIONS } from "../../src/project/index.ts";
import { LATER_SECTIONS } from "../../src/project/config/sections.ts";
import { code, table } from "./markdown.ts";

/** A compose file with every key that this version reads; test/docs.test.ts loads it. */
export const EXAMPLE = `name: shop

x-seaworthy:
  policy:
    profile: production
    require: {multi-arch: not-disproved, https: "off"}
    scan: {fail: high, onlyFixed: false, maxAge: 7d, stale: warn}
  waive:
    - {item: restore-proven, until: 2027-03-01, by: ann@acme.example, why: first month}
  trust: {keys: [cosign.pub]}
  registry: {repository: ghcr.io/acme/shop, port: 5417}
  check:
    ignore:
      - {rule: size-budget, path: "tools/**", until: 2027-01-01, why: build image}
    rules:
      DL3059: info
      compose/init: {severity: off, reason: every image has its own init, paths: ["compose.yaml"]}
    fail: warning
    profile: production
    trustedRegistries: [ghcr.io/acme, docker.io/library]
    kubernetesVersion: "1.30"
    workflow: {pins: {"actions/*": ref}, openSecrets: [CODECOV_TOKEN], cooldownDays: 7}
    dockerfile: {labels: {org.opencontainers.image.source: url}, secretNames: [PIN]}
    compose: {movingTags: [edge], quotes: double}
  scan:
    waive:
      - {id: CVE-2026-1234, package: "openssl@3.0.*", reason: no TLS server here, until: 2027-01-01, justification: vulnerable_code_not_in_execute_path}
    vex: [vex/base.openvex.json]
    baseline: .seaworthy/scan-baseline.json
    mirrors: [https://advisories.acme.example/osv]
  test: {target: test, command: [npm, test]}
  release: {keep: 5}
  proxy: {http: 80, image: "haproxy:lts"}

services:
  web:
    build: {context: .}
    x-seaworthy:
      build: {platforms: [linux/amd64], maxSize: 200mb, secrets: [npmrc]}
      route: {hosts: [shop.acme.example], port: 3000, ready: /readyz, live: /healthz}
      release: {strategy: rolling, drain: 30s, ready: 60s}

secrets:
  npmrc: {file: ./npmrc}
  db_password: {external: true, x-seaworthy: {command: [pass, show, shop/db]}}
  api_key: {external: true, x-seaworthy: {plugin: {name: vault, ref: kv/shop/api}}}
`;

/** Read and checked, but nothing acts on them yet: the page must not promise what they name. */
const WITHOUT_EFFECT: Readonly<Record<Section["scope"], readonly string[]>> = {
  project: ["test", "release.keep"],
  service: ["build.platforms", "route.live"],
  content: [],
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** What is inside of `optional`. */
const inside = (schema: unknown): unknown => (isObject(schema) && "wrapped" in schema ? inside(schema["wrapped"]) : schema);

const fieldsOf = (schema: unknown): Readonly<Record<string, unknown>> | undefined => {
  const bare = inside(schema);
  if (!isObject(bare)) return undefined;
  if (isObject(bare["entries"])) return bare["entries"];
  if (Array.isArray(bare["options"])) return bare["options"].map(fieldsOf).find((fields) => fields !== undefined);
  // The keys of a record are the user's own names.
  if (bare["type"] === "record") return fieldsOf(bare["value"]) === undefined ? undefined : { NAME: bare["value"] };
  return bare["type"] === "array" ? fieldsOf(bare["item"]) : undefined;
};

/** What a key is for. */
const wordsFor = (schema: unknown): string => {
  if (!isObject(schema)) return "";
  const pipe = Array.isArray(schema["pipe"]) ? schema["pipe"] : [];
  const own = pipe.findLast((step) => isObject(step) && step["type"] === "description");
  if (isObject(own)) return String(own["description"]);
  return wordsFor(schema["wrapped"] ?? pipe.find((step) => step !== schema && isObject(step) && "pipe" in step));
};

/** Every sentence a schema refuses with, its own first, then those of its pipe. */
const messagesOf = (schema: unknown): readonly string[] => {
  if (!isObject(schema)) return [];
  const { message, pipe } = schema;
  const own = typeof message === "string" ? [message] : [];
  return [...own, ...(Array.isArray(pipe) ? pipe.flatMap((step) => (step === schema ? [] : messagesOf(step))) : [])];
};

/** What a key takes, in the words its own error messages use: the last is the most exact. */
const takes = (schema: unknown): string => {
  const bare = inside(schema);
  if (!isObject(bare)) return "";
  if (isObject(bare["entries"])) return "a mapping";
  if (bare["type"] === "array") return fieldsOf(bare) === undefined ? `a list, each ${takes(bare["item"])}` : "a list of mappings";
  if (bare["type"] === "record") return `a mapping, each value ${takes(bare["value"])}`;
  const said = messagesOf(bare).filter((message) => message.startsWith("expected ") && !message.includes(", got "));
  const words = said.at(-1)?.replace(/^expected /, "");
  if (words === undefined) throw new Error(`a setting of type ${String(bare["type"])} does not say what it expects`);
  return words;
};

const defaultOf = (schema: unknown): string => {
  if (!isObject(schema) || (schema["type"] !== "optional" && schema["type"] !== "exact_optional")) return "must be given";
  const value = schema["default"];
  if (value === undefined) return "none";
  return code(JSON.stringify(value));
};

interface Key {
  readonly path: string;
  readonly takes: string;
  readonly default: string;
  readonly words: string;
  /** Why this version refuses it. */
  readonly later?: string;
}

const keysOf = (schema: unknown, path: string): readonly Key[] =>
  Object.entries(fieldsOf(schema) ?? {}).flatMap(([name, field]): readonly Key[] => {
    const bare = inside(field);
    const at = `${path}${path === "" ? "" : "."}${name}`;
    if (isObject(bare) && bare["type"] === "never")
      return [{ path: at, takes: "", default: "", words: "", later: String(bare["message"]) }];
    return [
      { path: at, takes: takes(field), default: name === "NAME" ? "none" : defaultOf(field), words: wordsFor(field) },
      ...keysOf(field, at),
    ];
  });

const sectionPage = ({ key, docs, schema }: Section): string => {
  const keys = keysOf(schema, "");
  const known = keys.filter(({ later }) => later === undefined);
  const refused = keys.flatMap(({ path, later }) => (later === undefined ? [] : [`${code(path)} (${later})`]));
  return [
    `### ${key}`,
    docs,
    ...(known.length === 0
      ? []
      : [
          table(
            ["key", "takes", "default", "what it is for"],
            known.map((one) => [code(one.path), one.takes, one.default, one.words]),
          ),
        ]),
    ...(refused.length === 0 ? [] : [`Refused in this version: ${refused.join(", ")}.`]),
  ].join("\n\n");
};

const later = (scope: Section["scope"]): string =>
  [
    `Sections that the design has and this version refuses: ${LATER_SECTIONS[scope].map(code).join(", ")}.`,
    `Read, but without effect in this version: ${WITHOUT_EFFECT[scope].map(code).join(", ")}.`,
  ].join("\n\n");

/** docs/reference/settings.md. */
export const settingsReference = (): string =>
  [
    "# Settings: x-seaworthy",
    "Generated from `src/project/config/`. All of it is optional. The same keys without the prefix can stand in `.seaworthy.yaml` beside the compose file, or, of `check` alone, in a folder above it up to the root of the git repository; the compose file's own `x-seaworthy` wins key by key, lists are joined. An unknown key is an error at its line and column. JSON Schemas for editors: [compose.json](schema/compose.json), [seaworthy.json](schema/seaworthy.json); [how to hook them up](../guide/check.md#in-an-editor).",
    "## By example",
    `\`\`\`yaml\n${EXAMPLE}\`\`\``,
    "## At the top of the compose file",
    ...SECTIONS.filter(({ scope }) => scope === "project").map(sectionPage),
    later("project"),
    "## Under a service",
    ...SECTIONS.filter(({ scope }) => scope === "service").map(sectionPage),
    later("service"),
    "## Under a secret or config",
    "Where its content comes from, beside Compose's own `file`, `environment` and `content`: [secrets and configs](../guide/secrets.md).",
    ...SECTIONS.filter(({ scope }) => scope === "content").map(sectionPage),
  ]
    .join("\n\n")
    .concat("\n");
