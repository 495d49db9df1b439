import type { ImageRunConfig } from "../core/index.ts";
import {
  type CommandValue,
  type EvaluatedStage,
  type HealthcheckValue,
  knownText,
  type Parts,
  type Setting,
} from "../source/dockerfile/index.ts";

/** How a service's image will run, as far as the files and its base image tell. */
export interface ExpectedRun {
  readonly config: Partial<Pick<ImageRunConfig, "user" | "entrypoint" | "command" | "healthcheck" | "stopSignal">>;
  /** What it does not set nothing sets: neither a base image nor a variable is left that is not known. */
  readonly isWhole: boolean;
  readonly from: "Dockerfile" | "image";
}

const wordsOf = (setting: Setting<CommandValue> | undefined): readonly string[] | undefined => {
  if (setting === undefined) return undefined;
  const { value } = setting;
  return value.form === "exec" ? value.words : [...value.shell, value.text];
};

const testOf = ({ type, command, test }: HealthcheckValue): readonly string[] => {
  if (type === "NONE") return ["NONE"];
  if (command === undefined) return test ?? [];
  return command.form === "exec" ? ["CMD", ...command.words.map((word) => word.text)] : ["CMD-SHELL", command.text.text];
};

const ms = <Name extends string>(name: Name, value: number | undefined): { readonly [key in Name]?: number } =>
  value === undefined || value === 0 ? {} : ({ [name]: value * 1e6 } as { readonly [key in Name]?: number });

const textOf = (setting: Setting<Parts> | undefined): string | undefined => (setting === undefined ? undefined : knownText(setting.value));

/** What a container of the stage gets. */
export const expectedOf = (stage: EvaluatedStage): ExpectedRun => {
  const { user, stopSignal, healthcheck, entrypoint, cmd } = stage.config;
  const base = stage.chain[0]?.base;
  const [userText, signalText] = [textOf(user), textOf(stopSignal)];
  const [entrypointWords, commandWords] = [wordsOf(entrypoint), wordsOf(cmd)];
  return {
    config: {
      ...(userText === undefined ? {} : { user: userText }),
      ...(signalText === undefined ? {} : { stopSignal: signalText }),
      ...(entrypointWords === undefined ? {} : { entrypoint: entrypointWords }),
      ...(commandWords === undefined ? {} : { command: commandWords }),
      ...(healthcheck === undefined
        ? {}
        : {
            healthcheck: {
              test: testOf(healthcheck.value),
              ...ms("intervalNs", healthcheck.value.intervalMs),
              ...ms("timeoutNs", healthcheck.value.timeoutMs),
              ...ms("startPeriodNs", healthcheck.value.startPeriodMs),
              ...(healthcheck.value.retries === undefined ? {} : { retries: healthcheck.value.retries }),
            },
          }),
    },
    isWhole:
      (base?.kind === "scratch" || (base?.kind === "image" && base.config !== undefined)) &&
      (user === undefined || userText !== undefined) &&
      (stopSignal === undefined || signalText !== undefined),
    from: "Dockerfile",
  };
};
