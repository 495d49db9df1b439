import type { ImageRunConfig } from "../core/index.ts";
import type { Project, Service } from "../project/index.ts";
import type { ExpectedRun } from "./expected-run.ts";
import type { ServiceSubject } from "./subject.ts";

/** A service with what is known of its image. */
type Effective = Pick<ServiceSubject, "service" | "image" | "expected">;

const expectedOf = ({ service, image, expected }: Effective): ExpectedRun | undefined =>
  image === undefined ? expected?.get(service.name) : undefined;

/** How the image says it wants to be run: the image itself, else its Dockerfile with its base. */
const imageConfig = (subject: Effective): Partial<ImageRunConfig> => subject.image?.config ?? expectedOf(subject)?.config ?? {};

/** Whether what neither the service nor the image sets is known not to be set. */
export const isImageKnown = (subject: Effective): boolean => subject.image !== undefined || expectedOf(subject)?.isWhole === true;

/** Whether what is known of the image stands in a Dockerfile, whose own rules speak of it. */
export const isFromDockerfile = (subject: Effective): boolean => expectedOf(subject)?.from === "Dockerfile";

/** The argument vector of PID 1: Compose's words before the image's. An entrypoint of the service drops the image's command (Engine API, container create). */
export const commandLine = (subject: Effective): readonly string[] => {
  const { spec } = subject.service;
  const config = imageConfig(subject);
  const entrypoint = spec.entrypoint ?? config.entrypoint ?? [];
  const command = spec.command ?? (spec.entrypoint === undefined ? config.command : undefined) ?? [];
  return [...entrypoint, ...command];
};

export const effectiveUser = (subject: Effective): string => subject.service.spec.user ?? imageConfig(subject).user ?? "";

export const effectiveStopSignal = (subject: Effective): string | undefined =>
  subject.service.spec.stopSignal ?? imageConfig(subject).stopSignal;

/** The health check that the engine would run: the service's, else the image's. `["NONE"]` turns it off. */
export const effectiveHealthTest = (subject: Effective): readonly string[] | undefined =>
  subject.service.spec.healthcheck?.test ?? imageConfig(subject).healthcheck?.test;

interface HealthTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly retries: number;
}

/** How often and how long the health check is tried, as far as somebody wrote it: the service's times, else the image's. */
export const writtenHealthTimes = (subject: Effective): Partial<HealthTimes> => {
  const { intervalNs, timeoutNs, startPeriodNs, retries } = imageConfig(subject).healthcheck ?? {};
  return {
    ...(intervalNs === undefined ? {} : { intervalMs: intervalNs / 1e6 }),
    ...(timeoutNs === undefined ? {} : { timeoutMs: timeoutNs / 1e6 }),
    ...(startPeriodNs === undefined ? {} : { startPeriodMs: startPeriodNs / 1e6 }),
    ...(retries === undefined ? {} : { retries }),
    ...subject.service.spec.healthcheck,
  };
};

/** The same with the engine's own where nobody wrote any (Dockerfile reference, HEALTHCHECK). */
export const effectiveHealthTimes = (subject: Effective): HealthTimes => ({
  intervalMs: 30_000,
  timeoutMs: 30_000,
  startPeriodMs: 0,
  retries: 3,
  ...writtenHealthTimes(subject),
});

/** Whether it ends by itself, a job and not something that serves: others wait for its end, or it runs by a schedule. */
export const runsOnce = (project: Project, service: Service): boolean =>
  service.settings.schedule !== undefined ||
  project.services.some((other) =>
    other.dependsOn.some((need) => need.service === service.name && need.condition === "service_completed_successfully"),
  );

/** The shell line that a command hands to a shell; undefined when the program is started directly. */
export const shellLine = (words: readonly string[]): string | undefined => {
  const [shell = "", flag = "", line] = words;
  const isShell = /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(shell);
  return isShell && /^-[a-z]*c$/.test(flag) ? line : undefined;
};

const REAL_INITS = /(?:^|\/)(?:tini(?:-static)?|dumb-init|catatonit|docker-init|s6-svscan|init|runit|supervisord)$/;

/** Whether PID 1 is a program made for it. */
export const hasInit = (subject: Effective): boolean => subject.service.spec.init || REAL_INITS.test(commandLine(subject)[0] ?? "");
