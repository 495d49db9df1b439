import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isInternalAddress } from "../../image/index.ts";

/**
 * A look-up that the connection is made with, so that what was judged is what is connected to: a name out in the world that leads into our own network
 * (169.254.169.254, 10.0.0.0/8, ::1 ...) is refused, whether the upstream, a token service or a redirect named it.
 * @param mayBeInternal host names whose addresses may be internal
 */
export const guardedLookup =
  (mayBeInternal: (host: string) => boolean, resolve: LookupFunction = systemLookup): LookupFunction =>
  (host, options, done) => {
    // One address is wanted or all: judged are all.
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      const addresses = typeof found === "string" ? [{ address: found, family: found.includes(":") ? 6 : 4 }] : found;
      const inside = mayBeInternal(host) ? undefined : addresses.find(({ address }) => isInternalAddress(address));
      const [first] = addresses;
      if (inside !== undefined || first === undefined) {
        const why = inside === undefined ? "has no address" : `leads to ${inside.address}, an internal address`;
        return done(Object.assign(new Error(`${host} ${why}; a mirror of it must be declared internal`), { code: "ENOTFOUND" }), []);
      }
      return options.all === true ? done(null, [...addresses]) : done(null, first.address, first.family);
    });
  };
