import { parse } from "yaml";
import type { RuleSettings, Suppression } from "../../src/check/index.ts";
import type { CorpusCase } from "./record.ts";

type DockerfileSettings = NonNullable<RuleSettings["dockerfile"]>;
type LabelForm = NonNullable<DockerfileSettings["labels"]>[string];

const strings = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;

const defined = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;

const prefixed = (config: Readonly<Record<string, unknown>>, prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) =>
      name.startsWith(prefix) && typeof value === "string" ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );

const FORMS: readonly LabelForm[] = ["text", "url", "rfc3339", "spdx", "hash", "semver", "email"];
const labels = (value: unknown): DockerfileSettings["labels"] =>
  typeof value !== "object" || value === null
    ? undefined
    : Object.fromEntries(
        Object.entries(value).flatMap(([name, form]) => {
          const known = FORMS.find((one) => one === form);
          return known === undefined ? [] : [[name, known] as const];
        }),
      );

const dockerfile = (config: Readonly<Record<string, unknown>>): DockerfileSettings =>
  defined<DockerfileSettings>({
    buildArgs: prefixed(config, "build-arg:"),
    labels: labels(config["label-schema"]),
    strictLabels: config["strict-labels"] === true,
    secretNames: strings(config["data.ds031.included_envs"]),
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Below `rules.<rule>.config` of a zizmor.yml. */
const zizmorRule = (config: unknown, rule: string): Readonly<Record<string, unknown>> => {
  let at: unknown = config;
  for (const key of ["rules", rule, "config"]) at = isObject(at) ? at[key] : undefined;
  return isObject(at) ? at : {};
};

const PINS = { "hash-pin": "hash", "ref-pin": "ref", any: "any", unpinned: "any" } as const;
const isPin = (value: unknown): value is keyof typeof PINS => typeof value === "string" && Object.hasOwn(PINS, value);

/** zizmor's regular persona hears what our production profile says; its pedantic and auditor ones what only strict says. */
const zizmorSettings = (config: Readonly<Record<string, unknown>>): RuleSettings => {
  const file: unknown = typeof config["config"] === "string" ? parse(config["config"]) : undefined;
  const policies = zizmorRule(file, "unpinned-uses")["policies"];
  const uses = zizmorRule(file, "forbidden-uses");
  const days = zizmorRule(file, "dependabot-cooldown")["days"];
  return {
    profile: strings(config["args"])?.some((arg) => /pedantic|auditor/.test(arg)) === true ? "strict" : "production",
    workflow: defined<NonNullable<RuleSettings["workflow"]>>({
      pins: isObject(policies)
        ? Object.fromEntries(Object.entries(policies).flatMap(([pattern, pin]) => (isPin(pin) ? [[pattern, PINS[pin]]] : [])))
        : undefined,
      allowedActions: strings(uses["allow"]),
      deniedActions: strings(uses["deny"]),
      acceptedAdvisories: strings(zizmorRule(file, "known-vulnerable-actions")["allow"]),
      openSecrets: strings(zizmorRule(file, "secrets-outside-env")["allow"]),
      cooldownDays: typeof days === "number" ? days : undefined,
    }),
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** dclint's options, which have one name whatever the rule. */
const composeSettings = (config: Readonly<Record<string, unknown>>): RuleSettings["compose"] => {
  const { groups } = config;
  const order = strings(config["groupOrder"]) ?? (isRecord(groups) ? Object.keys(groups) : undefined);
  const keys = isRecord(groups) ? order?.map((group) => strings(groups[group]) ?? []) : undefined;
  return defined<NonNullable<RuleSettings["compose"]>>({
    movingTags: strings(config["prohibitedTags"]),
    pullPolicySettles: typeof config["checkPullPolicy"] === "boolean" ? config["checkPullPolicy"] : undefined,
    quotes: config["quoteType"] === "single" || config["quoteType"] === "double" ? config["quoteType"] : undefined,
    topLevelOrder: strings(config["customOrder"]),
    serviceKeyOrder: keys,
    containerName: undefined,
  });
};

/** What a tool's own configuration of a case means in ours. */
export const settingsOf = ({ source, config = {} }: CorpusCase): RuleSettings => {
  if (source === "zizmor") return zizmorSettings(config);
  const version = config["data.k8s.version"];
  return defined<RuleSettings>({
    dockerfile: dockerfile(config),
    trustedRegistries: strings(config["trustedRegistries"]) ?? strings(config["data.ksv0125.trusted_registries"]),
    compose: composeSettings(config),
    kubernetesVersion: typeof version === "string" ? version : undefined,
  });
};

/** What a case's configuration leaves out, as hadolint's `ignored`. */
export const ignoresOf = ({ source, config = {} }: CorpusCase): readonly Suppression[] => {
  const rules = (strings(config["ignored"]) ?? []).map((id) => `${source}:${id}`);
  return rules.length === 0 ? [] : [{ form: "peer", rules, reason: "ignored by configuration", files: "**", path: "config" }];
};
