import type { RuleSettings } from "../../src/check/index.ts";
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

/** What a tool's own configuration of a case means in ours. */
export const settingsOf = ({ config = {} }: CorpusCase): RuleSettings => {
  const version = config["data.k8s.version"];
  return defined<RuleSettings>({
    dockerfile: dockerfile(config),
    trustedRegistries: strings(config["trustedRegistries"]) ?? strings(config["data.ksv0125.trusted_registries"]),
    kubernetesVersion: typeof version === "string" ? version : undefined,
  });
};
