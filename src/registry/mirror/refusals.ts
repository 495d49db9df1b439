import { Refusal } from "../refusal.ts";
import type { Away, Told } from "./upstream.ts";

const seconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1000)));

/** An outage is never "not found": a client that is told 404 goes on as if the image did not exist. */
const awayRefusal = (host: string, { why, limited, retryAfterMs }: Away): Refusal =>
  limited
    ? new Refusal(429, "TOOMANYREQUESTS", `${host} limits how often it is asked, and there is no copy here yet: ${why}`, {
        "retry-after": seconds(retryAfterMs),
      })
    : new Refusal(503, "UNKNOWN", `${host} cannot be asked, and there is no copy here yet: ${why}`, {
        "retry-after": seconds(retryAfterMs),
      });

/** What a client is told when upstream has not given what it was asked for. */
export const refusalOf = (host: string, told: Exclude<Told, { readonly kind: "found" }>, missing: Refusal): Refusal => {
  switch (told.kind) {
    case "missing":
      return missing;
    case "denied":
      return new Refusal(403, "DENIED", `${host} does not give this to this registry: ${told.why}`);
    case "away":
      return awayRefusal(host, told);
  }
};

/** Upstream answered with something else than it was asked for. */
export const falseAnswer = (host: string, why: string): Refusal =>
  new Refusal(502, "UNKNOWN", `${host} answered with something that is not what was asked for: ${why}`);
