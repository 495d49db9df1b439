import type { ContainerSpec } from "../project/index.ts";
import type { SubjectImage } from "./subject.ts";

/** The health check that the container has in the end: the service's own, with what it leaves open from the image. Times in milliseconds, the engine's defaults filled in. */
export interface EffectiveHealthcheck {
  /** As a program with arguments; a shell line is `sh -c LINE`. */
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly retries: number;
}

const ENGINE = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 } as const;

const commandOf = ([kind, ...words]: readonly string[], shell: readonly string[]): readonly string[] =>
  kind === "CMD-SHELL" ? [...shell, words.join(" ")] : words;

/** Undefined when there is none, or it is turned off. */
export const healthcheckOf = ({
  spec,
  image,
}: {
  readonly spec: ContainerSpec;
  readonly image: SubjectImage;
}): EffectiveHealthcheck | undefined => {
  const { healthcheck: own } = image.config;
  const test = spec.healthcheck?.test ?? own?.test;
  if (test === undefined || test.length === 0 || test[0] === "NONE") return undefined;
  const ofImage = (nanoseconds: number | undefined): number | undefined =>
    nanoseconds === undefined || nanoseconds === 0 ? undefined : nanoseconds / 1e6;
  const given = spec.healthcheck;
  return {
    command: commandOf(test, image.config.shell ?? ["/bin/sh", "-c"]),
    intervalMs: given?.intervalMs ?? ofImage(own?.intervalNs) ?? ENGINE.intervalMs,
    timeoutMs: given?.timeoutMs ?? ofImage(own?.timeoutNs) ?? ENGINE.timeoutMs,
    startPeriodMs: given?.startPeriodMs ?? ofImage(own?.startPeriodNs) ?? ENGINE.startPeriodMs,
    retries: given?.retries ?? own?.retries ?? ENGINE.retries,
  };
};
