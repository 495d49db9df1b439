import { Agent, request as httpRequest } from "node:http";
import type { Installation } from "./installation.ts";

/** One person at a browser: keeps the cookie that the proxy gives. */
export interface Visitor {
  /** Asks once. @returns the version that answered, or the status when it was not 200 */
  ask(): Promise<string>;
}

/** Many of them share these connections, as they would share a carrier's. */
export interface Visitors extends Disposable {
  readonly all: readonly Visitor[];
  /** Each asks once; the versions in their order. */
  ask(): Promise<readonly string[]>;
}

const cookieOf = (header: readonly string[] | undefined): string | undefined =>
  header?.find((one) => one.startsWith("seaworthy-side="))?.split(";")[0];

/** `keep`: false for clients that take no cookies. */
export const visitors = ({ url, host }: Pick<Installation, "url" | "host">, count: number, keep = true): Visitors => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const visitor = (): Visitor => {
    let cookie: string | undefined;
    return {
      ask: () =>
        new Promise((resolve, reject) => {
          const request = httpRequest(
            new URL("/", url),
            { agent, timeout: 15_000, headers: { host, ...(cookie === undefined ? {} : { cookie }) } },
            (response) => {
              if (keep) cookie = cookieOf(response.headers["set-cookie"]) ?? cookie;
              response.resume().on("error", reject);
              response.on("end", () =>
                resolve(response.statusCode === 200 ? String(response.headers["x-version"]) : String(response.statusCode)),
              );
            },
          );
          request.on("timeout", () => request.destroy(new Error("no answer within 15 s")));
          request.on("error", reject);
          request.end();
        }),
    };
  };
  const all = Array.from({ length: count }, visitor);
  return { all, ask: () => Promise.all(all.map((one) => one.ask())), [Symbol.dispose]: () => agent.destroy() };
};

/** Whether as many answered with the version as the part asked for, within three standard deviations of chance. */
export const isShare = (versions: readonly string[], version: string, part: number): boolean => {
  const got = versions.filter((one) => one === version).length;
  return Math.abs(got - versions.length * part) <= 3 * Math.sqrt(versions.length * part * (1 - part));
};
