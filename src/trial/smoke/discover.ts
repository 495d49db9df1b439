import type { Listener } from "../lab/processes.ts";
import type { Running } from "../lab/running.ts";
import type { Subject } from "../subject.ts";
import { healthcheckOf } from "../healthcheck.ts";
import { ask, type SmokeRequest } from "./request.ts";
import type { Smoke } from "./smoke.ts";

const LOCAL_URL = /\bhttps?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(\/[^\s'"|;)]*)?/;

/** The address that a health check asks for over HTTP. */
export const healthcheckUrl = (command: readonly string[]): { readonly port: number; readonly path: string } | undefined => {
  const found = LOCAL_URL.exec(command.join(" "));
  return found === null ? undefined : { port: Number(found[1] ?? 80), path: found[2] ?? "/" };
};

const get = (port: number, path: string): SmokeRequest => ({ method: "GET", path, port });

/** What might answer: the user's own requests alone, else the readiness path, the health check's address, and `/` on every port. */
const candidates = (subject: Subject, ports: readonly number[]): readonly SmokeRequest[] => {
  if (subject.requests.length > 0) return subject.requests;
  const health = healthcheckOf(subject);
  const asked = health === undefined ? undefined : healthcheckUrl(health.command);
  const found = [
    ...(subject.ready === undefined ? [] : [get(subject.ready.port, subject.ready.path)]),
    ...(asked === undefined ? [] : [get(asked.port, asked.path)]),
    ...ports.map((port) => get(port, "/")),
  ];
  return [...new Map(found.map((one) => [`${one.port} ${one.path}`, one])).values()];
};

/** Sorts out what of a running container's ports and paths shows that it works. Its own answers of now are what every variant is held to. */
export const discoverSmoke = async (subject: Subject, running: Running, listeners: readonly Listener[]): Promise<Smoke> => {
  const ports = [...new Set(listeners.filter(({ protocol }) => protocol === "tcp").map(({ port }) => port))].toSorted((a, b) => a - b);
  const requests: (SmokeRequest & { readonly port: number; readonly expect: number })[] = [];
  const speaking = new Set<number>();
  for (const request of candidates(subject, ports)) {
    const port = request.port ?? subject.ready?.port ?? ports[0];
    if (port === undefined) continue;
    const answer = await ask(() => running.dial(port), request);
    if (answer.status === undefined && request.expect === undefined) continue;
    speaking.add(port);
    // A failure is nothing to hold others to, unless the user says so.
    if (request.expect !== undefined || (answer.status ?? 500) < 500)
      requests.push({ ...request, port, expect: request.expect ?? answer.status ?? 200 });
  }
  const silent = ports.filter((port) => !speaking.has(port));
  const health = healthcheckOf(subject);
  return { requests, ports: silent, ...(requests.length === 0 && health !== undefined ? { healthcheck: health.command } : {}) };
};
