import { combined, type ImageSource } from "../../image/index.ts";
import { type CopyFlags, copied } from "../copied.ts";
import { openDestination, openSource } from "../image-places.ts";
import { reporting } from "../outcome.ts";

export type Flags = CopyFlags;

export const run = reporting<Flags, [string, ...string[]]>(async (context, flags, to, ...from) => {
  const destination = await openDestination(context, to);
  const source = async (): Promise<ImageSource> => {
    const opened: ImageSource[] = [];
    try {
      for (const name of from) opened.push(await openSource(context, name));
      return await combined(opened);
    } catch (error) {
      for (const one of opened) await one.close();
      throw error;
    }
  };
  return copied(context, flags, { verb: "put together", from: from.join(" and "), source, destination, options: { allPlatforms: true } });
});
