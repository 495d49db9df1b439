import { formatByteSize, formatReference, parseReference, SeaworthyError } from "../../core/index.ts";
import { bytesOf, createRegistryClient, everyFile, type LayeredFile } from "../../image/index.ts";
import type { Context } from "../context.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { table } from "../render/table.ts";
import { viewImage } from "../view-image.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
  readonly layers?: boolean;
  readonly tags?: boolean;
}

const listTags = async (context: Context, name: string): Promise<Outcome> => {
  const reference = parseReference(name);
  const client = createRegistryClient({ signal: context.signal, attempts: 3 });
  try {
    const tags = await client.tags(reference);
    const repository = formatReference({ registry: reference.registry, repository: reference.repository });
    if (tags.length === 0)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `${repository} has no tags`, {
        hint: "Check the repository's name and your credentials.",
      });
    return { exit: 0, human: tags.join("\n"), json: { schema: "seaworthy/image-tags@1", repository, tags } };
  } finally {
    client.close();
  }
};

const LETTERS = {
  file: "-",
  directory: "d",
  symlink: "l",
  hardlink: "h",
  character: "c",
  block: "b",
  fifo: "p",
  sparse: "-",
  other: "?",
} as const;

/** As `ls -l` shows it. */
const modeOf = ({ type, mode }: LayeredFile<true>["header"]): string => {
  const bits = Array.from({ length: 9 }, (_, at) => ((mode & (0o400 >> at)) === 0 ? "-" : "rwx"[at % 3]));
  const special = (at: number, bit: number, letter: string): void => {
    if ((mode & bit) !== 0) bits[at] = bits[at] === "x" ? letter : letter.toUpperCase();
  };
  special(2, 0o4000, "s");
  special(5, 0o2000, "s");
  special(8, 0o1000, "t");
  return `${LETTERS[type]}${bits.join("")}`;
};

const nameOf = ({ header: { path, type, linkPath }, hidden }: LayeredFile<true>): string =>
  `${path === "" ? "." : path}${type === "directory" && path !== "" ? "/" : ""}${linkPath === undefined ? "" : ` -> ${linkPath}`}${hidden === undefined ? "" : `  (${hidden.how} in layer ${hidden.by + 1})`}`;

export const run = reporting<Flags, [string, string?]>(async (context, flags, name, path): Promise<Outcome> => {
  if (flags.tags === true) return listTags(context, name);
  const contents = await viewImage(context, name, { lookout: everyFile, platform: flags.platform, progress: progressFor(context, flags) });
  const below =
    path
      ?.split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/") ?? "";
  const files = contents.files
    .filter(
      ({ visible, header }) =>
        (flags.layers === true || visible) && (below === "" || header.path === below || header.path.startsWith(`${below}/`)),
    )
    .toSorted((a, b) => (flags.layers === true ? a.layerIndex - b.layerIndex : 0) || (a.header.path < b.header.path ? -1 : 1));
  if (files.length === 0)
    throw new SeaworthyError("INPUT_NOT_FOUND", `${name} has nothing at ${path ?? "/"}`, {
      hint: `seaworthy image ls ${name} lists all of it; --layers what was deleted, too.`,
    });
  const rows = files.map((file) => [
    modeOf(file.header),
    `${file.header.uid}:${file.header.gid}`,
    formatByteSize(bytesOf(file.header)),
    String(file.layerIndex + 1),
    nameOf(file),
  ]);
  return {
    exit: 0,
    human: table([["mode", "owner", "size", "layer", "path"], ...rows]),
    json: {
      schema: "seaworthy/image-files@1",
      image: name,
      digest: contents.digest,
      ...(contents.flaws.length === 0 ? {} : { flaws: contents.flaws }),
      layers: contents.layers,
      files: files.map((file) => ({
        path: file.header.path,
        type: file.header.type,
        mode: file.header.mode,
        uid: file.header.uid,
        gid: file.header.gid,
        sizeBytes: bytesOf(file.header),
        layer: file.layerIndex + 1,
        ...(file.header.linkPath === undefined ? {} : { link: file.header.linkPath }),
        ...(file.hidden === undefined ? {} : { hidden: { byLayer: file.hidden.by + 1, how: file.hidden.how } }),
      })),
    },
  };
});
