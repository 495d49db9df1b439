import { parsePlatform } from "../../core/index.ts";
import { type CopyFlags, copied } from "../copied.ts";
import { openDestination, openSource } from "../image-places.ts";
import { reporting } from "../outcome.ts";

export interface Flags extends CopyFlags {
  readonly platform?: readonly string[];
  readonly allPlatforms?: boolean;
}

export const run = reporting<Flags, [string, string]>(async (context, flags, from, to) => {
  const platforms = (flags.platform ?? []).map(parsePlatform);
  const destination = await openDestination(context, to);
  return copied(context, flags, {
    verb: "copied",
    from,
    source: () => openSource(context, from),
    destination,
    options: { platforms, ...(flags.allPlatforms === true ? { allPlatforms: true } : {}) },
  });
});
