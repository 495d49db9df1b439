import { SeaworthyError } from "../../core/index.ts";
import type { Layout } from "../layout/layout.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type ImageContents, readImage, type ReadOptions } from "./image-contents.ts";

const NAME = "org.opencontainers.image.ref.name";

export const nameOf = ({ annotations, digest }: Descriptor): string => annotations?.[NAME] ?? digest;

/** The one entry of an index.json that is meant: the only one, or the one of this name. @throws INPUT_INVALID naming what there is */
export const chosenEntry = (entries: readonly Descriptor[], name: string | undefined, where: string): Descriptor => {
  const [first, ...others] = name === undefined ? entries : entries.filter((entry) => nameOf(entry) === name || entry.digest === name);
  if (first !== undefined && others.length === 0) return first;
  const names = entries.slice(0, 20).map(nameOf);
  throw new SeaworthyError(
    "INPUT_INVALID",
    entries.length === 0
      ? `${where} holds no image`
      : `${where} holds ${entries.length} images${name === undefined ? "" : `, and not one that is named ${JSON.stringify(name.slice(0, 200))}`}: ${names.join(", ")}`,
    { hint: "Name one of them behind a colon: PATH:NAME." },
  );
};

/** One image of a layout folder. @throws INPUT_INVALID, INPUT_TOO_LARGE, PLATFORM_MISSING, IMAGE_NOT_FOUND */
export const readLayoutImage = async <Note>(
  layout: Layout,
  name: string | undefined,
  options: ReadOptions<Note>,
): Promise<ImageContents<Note>> => {
  const entry = chosenEntry(await layout.entries(), name, `the image layout ${layout.folder}`);
  const tag = entry.annotations?.[NAME];
  return readImage(
    await layout.manifest(entry.digest),
    { manifest: (digest) => layout.manifest(digest), blob: ({ digest }) => layout.openBlob(digest) },
    options,
    tag === undefined ? [] : [tag],
  );
};
