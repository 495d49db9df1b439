import type { Project, Service } from "../project/index.ts";
import type { ServiceSubject } from "./subject.ts";

/** The argument vector of PID 1: Compose's words before the image's. An entrypoint of the service drops the image's command (Engine API, container create). */
export const commandLine = ({ service, image }: ServiceSubject): readonly string[] => {
  const { spec } = service;
  const entrypoint = spec.entrypoint ?? image?.config.entrypoint ?? [];
  const command = spec.command ?? (spec.entrypoint === undefined ? image?.config.command : undefined) ?? [];
  return [...entrypoint, ...command];
};

export const effectiveUser = ({ service, image }: ServiceSubject): string => service.spec.user ?? image?.config.user ?? "";

/** The health check that the engine would run: the service's, else the image's. `["NONE"]` turns it off. */
export const effectiveHealthTest = ({ service, image }: ServiceSubject): readonly string[] | undefined => {
  const own = service.spec.healthcheck?.test;
  return own ?? image?.config.healthcheck?.test;
};

/** Whether others wait for the service's end: a job, not something that serves. */
export const runsOnce = (project: Project, service: Service): boolean =>
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
export const hasInit = (subject: ServiceSubject): boolean => subject.service.spec.init || REAL_INITS.test(commandLine(subject)[0] ?? "");
