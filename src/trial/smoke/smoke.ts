import type { Running } from "../lab/running.ts";
import { ask, type SmokeAnswer, type SmokeRequest } from "./request.ts";

/** What shows that the service works: what was seen in the baseline, to be seen again in every variant. */
export interface Smoke {
  readonly requests: readonly (SmokeRequest & { readonly port: number; readonly expect: number })[];
  /** Ports that take connections without speaking HTTP. */
  readonly ports: readonly number[];
  /** The health check's own command, when nothing else can be asked. */
  readonly healthcheck?: readonly string[];
}

export interface SmokeResult {
  readonly ok: boolean;
  /** The first that was not as expected: `GET /orders on port 3000 answered 500 instead of 200: ...`. */
  readonly words: string;
}

const nameOf = ({ method, path, port }: SmokeRequest): string => `${method} ${path} on port ${port ?? ""}`;

const wrong = (expected: number, { status, error, body }: SmokeAnswer): string | undefined => {
  if (status === expected) return undefined;
  const said = body === undefined || body.trim() === "" ? "" : `: ${body.trim().slice(0, 200)}`;
  return status === undefined ? `got no answer (${error ?? "closed"})` : `answered ${status} instead of ${expected}${said}`;
};

/** Whether a port takes a connection and keeps it for a moment. */
const takes = async (running: Running, port: number): Promise<string | undefined> => {
  try {
    const stream = await running.dial(port);
    const closed = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), 100);
      for (const event of ["end", "close", "error"])
        stream.once(event, () => {
          clearTimeout(timer);
          resolve(true);
        });
      stream.resume();
    });
    stream.destroy();
    return closed ? `port ${port} closed the connection at once` : undefined;
  } catch {
    return `port ${port} takes no connection`;
  }
};

/** Everything once, one after the other. */
export const smokeOnce = async (running: Running, smoke: Smoke, timeoutMs: number): Promise<SmokeResult> => {
  for (const request of smoke.requests) {
    const answer = await ask(() => running.dial(request.port), request, { timeoutMs });
    const words = wrong(request.expect, answer);
    if (words !== undefined) return { ok: false, words: `${nameOf(request)} ${words}` };
  }
  for (const port of smoke.ports) {
    const words = await takes(running, port);
    if (words !== undefined) return { ok: false, words };
  }
  if (smoke.healthcheck !== undefined) {
    const { exitCode, output } = await running.exec(smoke.healthcheck, { timeoutMs });
    if (exitCode !== 0)
      return { ok: false, words: `its health check ended with ${exitCode ?? "no status"}: ${output.trim().slice(0, 200)}` };
  }
  return { ok: true, words: "" };
};

/** As reports say it: "GET /healthz and 2 other requests". */
export const smokeWords = ({ requests, ports, healthcheck }: Smoke): string => {
  const [first] = requests;
  if (first !== undefined) {
    const more = requests.length - 1;
    return more === 0 ? nameOf(first) : `${nameOf(first)} and ${more} more request${more === 1 ? "" : "s"}`;
  }
  if (healthcheck !== undefined) return `its health check${ports.length === 0 ? "" : ` and port ${ports.join(", ")}`}`;
  return ports.length === 0 ? "that it goes on running" : `port ${ports.join(", ")} taking connections`;
};
