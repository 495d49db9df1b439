import { SeaworthyError } from "../../core/index.ts";
import type { Reach } from "./connect/agents.ts";
import { isInternalAddress, isMetadataAddress } from "./endpoint.ts";
import { type Answer, type Call, discard } from "./http.ts";

const MAX_HOPS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REPEATED = new Set([307, 308]);

/** Whether who answered is inside: by the name it was asked under, or by where that name led. What is inside may send us on to its neighbours. */
export const isInside = (from: Pick<Answer, "url" | "peer">): boolean =>
  isInternalAddress(from.url.hostname) || (from.peer !== undefined && isInternalAddress(from.peer));

/** How far a request may reach whose address came with an answer. */
export const reachFrom = (from: Pick<Answer, "url" | "peer">, target: URL): Reach => {
  if (target.host === from.url.host) return "anywhere";
  return isInside(from) ? "not-metadata" : "public";
};

/**
 * Where a registry sends us, if we may go there: not from HTTPS down to HTTP, not from a public host to an internal address, and to no cloud's metadata service.
 * A proxy that forgot it ends TLS names its own host with `http:`; that is put right.
 * @throws REGISTRY_REFUSED
 */
export const guardedTarget = (location: string, answer: Pick<Answer, "url" | "peer">): URL => {
  const from = answer.url;
  const refuse = (why: string): never => {
    throw new SeaworthyError("REGISTRY_REFUSED", `${from.host} sends this request on to "${location.slice(0, 200)}", ${why}`);
  };
  if (!URL.canParse(location, from.href)) return refuse("which is no address");
  const target = new URL(location, from);
  if (from.protocol === "https:" && target.protocol === "http:" && target.hostname === from.hostname) target.protocol = "https:";
  if (target.protocol !== "https:" && target.protocol !== "http:") refuse("which is not HTTP");
  if (target.username !== "" || target.password !== "") refuse("which carries a user name");
  if (from.protocol === "https:" && target.protocol === "http:") refuse("which would leave TLS");
  if (target.host === from.host) return target;
  if (isMetadataAddress(target.hostname)) refuse("which tells machines of a cloud their credentials");
  if (isInternalAddress(target.hostname) && !isInside(answer)) refuse("which is an internal address");
  return target;
};

/** Headers that say who we are: another origin never sees them, and gets none of its own. */
const isOurs = (name: string): boolean => name === "authorization" || name === "cookie" || name.startsWith("x-meta-");

/** Sends, and follows redirects by hand. 307 and 308 repeat the request; the others, for what is not only read, are left to the caller. */
export const follow = async (send: (call: Call) => Promise<Answer>, call: Call): Promise<Answer> => {
  let current = call;
  for (let hop = 0; ; hop += 1) {
    const answer = await send(current);
    const { location } = answer.headers;
    const isRead = current.method === "GET" || current.method === "HEAD";
    if (location === undefined || !REDIRECTS.has(answer.status) || !(isRead || REPEATED.has(answer.status))) return answer;
    // What can be sent once only is gone.
    if (current.body?.once === true) return answer;
    if (hop >= MAX_HOPS) throw new SeaworthyError("REGISTRY_REFUSED", `${call.url.host} redirects more than ${MAX_HOPS} times`);
    await discard(answer);
    const url = guardedTarget(location, answer);
    const kept = Object.entries(current.headers ?? {}).filter(([name]) => url.origin === current.url.origin || !isOurs(name.toLowerCase()));
    current = { ...current, url, headers: Object.fromEntries(kept), reach: reachFrom(answer, url) };
  }
};
