import type { RuleSettings } from "../../src/check/index.ts";
import type { CorpusCase } from "./record.ts";

const strings = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;

const defined = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;

/** What a tool's own configuration of a case means in ours. */
export const settingsOf = ({ config = {} }: CorpusCase): RuleSettings => {
  const version = config["data.k8s.version"];
  return defined<RuleSettings>({
    trustedRegistries: strings(config["trustedRegistries"]) ?? strings(config["data.ksv0125.trusted_registries"]),
    kubernetesVersion: typeof version === "string" ? version : undefined,
  });
};
