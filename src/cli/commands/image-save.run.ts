import { resolve } from "node:path";
import { formatReference, parsePlatform, parseReference } from "../../core/index.ts";
import { archiveDestination } from "../../image/index.ts";
import { copied } from "../copied.ts";
import { openSource } from "../image-places.ts";
import { type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
  readonly output: string;
  readonly format?: "docker" | "oci";
}

/** What the image is called in the archive: as it was named, where that is a name. */
const nameOf = (text: string): string | undefined => {
  try {
    const reference = parseReference(text.replace(/^(?:docker:\/\/|docker-daemon:)/, ""));
    return /\.(?:tar|tgz|tar\.\w+)$|^[./]/.test(text) || reference.digest !== undefined
      ? undefined
      : formatReference({ tag: "latest", ...reference });
  } catch {
    return undefined;
  }
};

export const run = reporting<Flags, [string]>(async (context, flags, name) => {
  const { format = "docker", platform } = flags;
  const destination = archiveDestination(resolve(context.cwd, flags.output), format, nameOf(name));
  return copied(context, flags, {
    verb: "saved",
    from: name,
    source: () => openSource(context, name, "engine"),
    destination,
    options: { platforms: platform === undefined ? [] : [parsePlatform(platform)] },
  });
});
