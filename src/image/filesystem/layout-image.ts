import { formatReference, parseReference, SeaworthyError } from "../../core/index.ts";
import type { Layout } from "../layout/layout.ts";
import { isAttestation } from "../values/choose-platform.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type ImageContents, readImage, type ReadOptions } from "./image-contents.ts";

const NAME = "org.opencontainers.image.ref.name";
/** Where containerd and Docker 25 and later keep the full name; the other then holds the tag alone. */
const CONTAINERD_NAME = "io.containerd.image.name";

/** What an entry of an index.json is called, the fullest name first. */
export const namesOf = ({ annotations }: Descriptor): readonly string[] =>
  [annotations?.[CONTAINERD_NAME], annotations?.[NAME]].filter((name) => name !== undefined);

export const nameOf = (entry: Descriptor): string => namesOf(entry)[0] ?? entry.digest;

/** `shop:1` and `docker.io/library/shop:1` are one name. */
const fullName = (name: string): string => {
  try {
    return formatReference(parseReference(name));
  } catch {
    return name;
  }
};

export const isSameName = (one: string, other: string): boolean => one === other || fullName(one) === fullName(other);

const isCalled = (entry: Descriptor, name: string): boolean => entry.digest === name || namesOf(entry).some((own) => isSameName(own, name));

/** cosign's tags, and manifests without a name, stand beside an image that has one. */
const isAttached = (entry: Descriptor): boolean => {
  const [name] = namesOf(entry);
  return name === undefined || /^sha256-[0-9a-f]{64}\.\w+$/.test(name);
};

/** An index.json that is itself the index of one image for several platforms, as Bazel's rules write it: none has a name, and each a platform of its own. */
export const isOneImage = (entries: readonly Descriptor[]): boolean => {
  const images = entries.filter((entry) => !isAttestation(entry));
  const platforms = new Set(images.map(({ platform }) => JSON.stringify([platform?.os, platform?.architecture, platform?.variant])));
  return (
    images.length > 1 &&
    platforms.size === images.length &&
    images.every((entry) => entry.platform !== undefined && namesOf(entry).length === 0)
  );
};

/** The one entry of an index.json that is meant: the only one, the only one with a name, or the one of this name. @throws INPUT_INVALID naming what there is */
export const chosenEntry = (entries: readonly Descriptor[], name: string | undefined, where: string): Descriptor => {
  const matching = name === undefined ? entries.filter((entry) => !isAttestation(entry)) : entries.filter((entry) => isCalled(entry, name));
  const named = matching.filter((entry) => !isAttached(entry));
  const found = named.length === 1 ? named : matching;
  const [first, ...others] = found;
  // Some writers list an image once for each of its names.
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) return first;
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
  return readImage(
    await layout.manifest(entry.digest),
    { manifest: (digest) => layout.manifest(digest), blob: ({ digest }) => layout.openBlob(digest) },
    options,
    namesOf(entry).slice(0, 1),
  );
};
