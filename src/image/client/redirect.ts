import { SeaworthyError } from "../../core/index.ts";
import { isInternalAddress, isLoopback } from "./endpoint.ts";
import { type Answer, type Call, discard } from "./http.ts";

const MAX_HOPS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Where a registry sends us, if we may go there: not from HTTPS down to HTTP, and not from a public host to an internal address.
 * A proxy that forgot it ends TLS names its own host with `http:`; that is put right.
 * @throws REGISTRY_REFUSED
 */
export const guardedTarget = (location: string, from: URL): URL => {
  const refuse = (why: string): never => {
    throw new SeaworthyError("REGISTRY_REFUSED", `${from.host} sends this request on to "${location.slice(0, 200)}", ${why}`);
  };
  if (!URL.canParse(location, from.href)) return refuse("which is no address");
  const target = new URL(location, from);
  if (from.protocol === "https:" && target.protocol === "http:" && target.hostname === from.hostname) target.protocol = "https:";
  if (target.protocol !== "https:" && target.protocol !== "http:") refuse("which is not HTTP");
  if (target.username !== "" || target.password !== "") refuse("which carries a user name");
  if (from.protocol === "https:" && target.protocol === "http:") refuse("which would leave TLS");
  if (target.host !== from.host && isInternalAddress(target.hostname) && !isInternalAddress(from.hostname) && !isLoopback(from.hostname))
    refuse("which is an internal address");
  return target;
};

/** Sends, and follows redirects by hand: another origin never sees Authorization (and gets none of its own). */
export const follow = async (send: (call: Call) => Promise<Answer>, call: Call): Promise<Answer> => {
  let current = call;
  for (let hop = 0; ; hop += 1) {
    const answer = await send(current);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    if (hop >= MAX_HOPS) throw new SeaworthyError("REGISTRY_REFUSED", `${call.url.host} redirects more than ${MAX_HOPS} times`);
    await discard(answer);
    const url = guardedTarget(location, current.url);
    const { authorization, ...rest } = current.headers ?? {};
    const kept = authorization !== undefined && url.origin === current.url.origin ? { authorization } : {};
    current = { ...current, url, headers: { ...rest, ...kept } };
  }
};
