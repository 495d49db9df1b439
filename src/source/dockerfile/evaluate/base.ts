import type { Variable } from "../words/variable.ts";
import { textParts } from "./environment.ts";
import { parseExposed } from "./ports.ts";
import { type BaseConfig, type CommandValue, ConfigDraft } from "./settings.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What `scratch` brings: nothing but a working directory. */
export const SCRATCH: BaseConfig = { env: {}, workdir: "/" };

/** The variables of a configuration. BuildKit adds a PATH where there is none. */
export const baseVariables = (config: BaseConfig): readonly Variable[] =>
  Object.entries({ PATH: DEFAULT_PATH, ...config.env }).map(([name, value]) => ({ name, kind: "base", parts: textParts(value) }));

const command = (words: readonly string[]): { readonly value: CommandValue } => ({ value: { form: "exec", words } });

/** The configuration a first stage starts from. */
export const draftFromBase = (config: BaseConfig): ConfigDraft => {
  const draft = new ConfigDraft();
  for (const variable of baseVariables(config)) draft.env.set(variable.name, { value: variable.parts });
  for (const [name, value] of Object.entries(config.labels ?? {})) draft.labels.set(name, { value: textParts(value) });
  for (const path of config.volumes ?? []) draft.volumes.set(path, { value: textParts(path) });
  for (const port of config.exposed ?? []) {
    const parsed = parseExposed(port);
    draft.exposed.set(port, { value: typeof parsed === "string" ? undefined : parsed });
  }
  draft.single = {
    ...(config.user === undefined ? {} : { user: { value: textParts(config.user) } }),
    ...(config.workdir === undefined ? {} : { workdir: { value: textParts(config.workdir) } }),
    ...(config.entrypoint === undefined ? {} : { entrypoint: command(config.entrypoint) }),
    ...(config.cmd === undefined ? {} : { cmd: command(config.cmd) }),
    ...(config.shell === undefined ? {} : { shell: { value: config.shell } }),
    ...(config.stopSignal === undefined ? {} : { stopSignal: { value: textParts(config.stopSignal) } }),
    ...(config.healthcheck === undefined ? {} : { healthcheck: { value: config.healthcheck } }),
  };
  return draft;
};
