import { pick, type Random, randomOf } from "../fuzz.d/mutate.ts";
import type { Base } from "./bases.ts";
import { broken, BYTES } from "./break-bytes.ts";
import { brokenDocument } from "./break-documents.ts";
import { ENTRIES } from "./break-tar.ts";
import { brokenFile, madeFile, type Told } from "./files.ts";
import { COMPRESSIONS, FORMS, type Image, packed, putTogether } from "./image.ts";
import { entryOf, joinTar, nameOf, type Piece } from "./tar.ts";

/** What a case puts on disk: one archive, or the files of a folder. */
export type Subject = { readonly kind: "archive"; readonly bytes: Buffer } | { readonly kind: "folder"; readonly files: readonly Told[] };

export interface Case {
  /** What was done to what. */
  readonly what: readonly string[];
  readonly subject: Subject;
  /** Of seaworthy. IMAGE and OUT stand for the subject and for a name that is free. */
  readonly commands: readonly (readonly string[])[];
}

export interface Bases {
  readonly archives: readonly Base[];
  readonly files: readonly Told[];
}

const IMAGE_COMMANDS: readonly (readonly string[])[] = [
  ["scan", "IMAGE", "--json", "--no-cache"],
  ["scan", "IMAGE", "--no-cache", "--show-suppressed"],
  ["scan", "IMAGE", "--format", "sarif"],
  ["scan", "IMAGE", "--format", "cyclonedx"],
  ["scan", "IMAGE", "--format", "markdown"],
  ["check", "--image", "IMAGE", "--json"],
  ["check", "--image", "IMAGE", "--json"],
  ["check", "--image", "IMAGE"],
  ["image", "tree", "IMAGE", "--json"],
  ["image", "tree", "IMAGE"],
  ["image", "ls", "IMAGE", "--layers"],
  ["image", "ls", "IMAGE", "--json"],
  ["image", "inspect", "IMAGE", "--json"],
  ["image", "inspect", "IMAGE"],
  ["image", "diff", "IMAGE", "IMAGE", "--json"],
  ["image", "copy", "IMAGE", "OUT.tar", "--json"],
  ["image", "copy", "IMAGE", "./OUT", "--compress", "zstd"],
  ["image", "save", "IMAGE", "-o", "OUT.tar"],
  ["sbom", "IMAGE", "--format", "cyclonedx"],
  ["sbom", "IMAGE", "--format", "spdx", "--no-cache"],
  ["sbom", "IMAGE", "--format", "tree"],
  ["sbom", "IMAGE", "--licenses"],
];
const FOLDER_COMMANDS: readonly (readonly string[])[] = [
  ["sbom", "IMAGE", "--json"],
  ["sbom", "IMAGE", "--format", "cyclonedx"],
  ["sbom", "IMAGE", "--format", "tree"],
  ["scan", "IMAGE", "--json"],
];

const fileEntries = ({ path, content }: Told): readonly Piece[] =>
  entryOf({ name: path, mode: /^(?:usr\/)?s?bin\//.test(path) ? 0o755 : 0o644 }, content);

/** The image with a file in its last layer, or in place of one of that name. */
const withFile = ({ layers, config }: Image, told: Told): Image => {
  const last = layers.at(-1) ?? [];
  return { config, layers: [...layers.slice(0, -1), [...last.filter((piece) => nameOf(piece) !== told.path), ...fileEntries(told)]] };
};

/** The parts of an image that a change may be made to, with how often it is. */
const PLACES = [
  "a file",
  "a file",
  "a file",
  "a file made",
  "a file made",
  "entries",
  "entries",
  "entries",
  "a layer",
  "a packed layer",
  "documents",
  "documents",
  "the archive's entries",
  "the archive's entries",
  "the archive",
  "the archive",
  "layers",
] as const;

const MAX_BYTES = 64 * 1024 * 1024;

/** Of a layout, as far as its names are harmless. */
const asFolder = (pieces: readonly Piece[]): readonly Told[] =>
  pieces.flatMap((piece) => {
    const path = nameOf(piece);
    return /^(?:oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/.test(path) ? [{ path, content: piece.body }] : [];
  });

const brokenImage = (base: Image, { files }: Bases, random: Random, note: (what: string) => void): Subject => {
  const places = new Set(Array.from({ length: random(2) === 0 ? 1 : 1 + random(3) }, () => pick(PLACES, random)));
  const within =
    (place: (typeof PLACES)[number]): ((what: string) => void) =>
    (what) =>
      note(`${place}: ${what}`);
  let image = base;
  if (places.has("a file")) {
    const told = pick(files, random);
    image = withFile(image, brokenFile(told, random, within("a file")));
    note(told.path);
  }
  if (places.has("a file made")) image = withFile(image, madeFile(random, within("a file made")));
  if (places.has("entries")) {
    const at = random(image.layers.length);
    image = {
      ...image,
      layers: image.layers.map((layer, nth) => (nth === at ? broken(layer, ENTRIES, random, within("entries")) : layer)),
    };
  }
  if (places.has("layers")) {
    const many = pick([0, 2, 130, 1000], random);
    const [first] = image.layers.toSorted((a, b) => a.length - b.length);
    note(`layers: ${many} times`);
    image = { ...image, layers: many === 0 ? [] : [...image.layers, ...Array.from({ length: many }, () => (first ?? []).slice(0, 50))] };
  }
  const [form, compression, outer] = [
    pick(FORMS, random),
    pick(COMPRESSIONS, random),
    pick(["none", "none", "gzip", "zstd"] as const, random),
  ];
  note(`as ${form}, layers ${compression}, archive ${outer}`);
  const target = random(5);
  let documents = 0;
  let pieces = putTogether(image, form, compression, {
    layer: (tar) => (places.has("a layer") ? broken(tar, BYTES, random, within("a layer")) : tar),
    packedLayer: (bytes) => (places.has("a packed layer") ? broken(bytes, BYTES, random, within("a packed layer")) : bytes),
    document: (name, value) => {
      documents += 1;
      return places.has("documents") && (documents === target || (documents === 1 && target > 2))
        ? brokenDocument(value, random, (what) => note(`${name}: ${what}`))
        : Buffer.from(JSON.stringify(value));
    },
  });
  if (places.has("the archive's entries")) pieces = broken(pieces, ENTRIES, random, within("the archive's entries"));
  if (form === "oci" && random(4) === 0) {
    note("as a layout");
    return { kind: "folder", files: asFolder(pieces) };
  }
  const tar = packed(joinTar(pieces).subarray(0, MAX_BYTES), outer);
  return { kind: "archive", bytes: places.has("the archive") ? broken(tar, BYTES, random, within("the archive")) : tar };
};

const brokenFolder = ({ files }: Bases, random: Random, note: (what: string) => void): readonly Told[] =>
  Array.from({ length: 1 + random(3) }, () => {
    if (random(3) === 0) return madeFile(random, note);
    const told = pick(files, random);
    note(told.path);
    return brokenFile(told, random, note);
  });

/** The case of a number: the same for the same seed and the same bases. */
export const caseOf = (seed: number, index: number, bases: Bases): Case => {
  const random = randomOf(seed, index);
  const what: string[] = [];
  const note = (words: string): void => void what.push(words);
  if (random(8) === 0) {
    note("a folder");
    return { what, commands: [pick(FOLDER_COMMANDS, random)], subject: { kind: "folder", files: brokenFolder(bases, random, note) } };
  }
  const base = random(3) === 0 ? (bases.archives[0] ?? pick(bases.archives, random)) : pick(bases.archives, random);
  note(base.name);
  const commands = [
    random(3) === 0 ? ["sbom", "IMAGE", "--json"] : ["sbom", "IMAGE", "--json", "--no-cache"],
    pick(IMAGE_COMMANDS, random),
  ];
  const asItIs = base.image === undefined || (base.bytes.length > 0 && random(4) === 0);
  const subject: Subject =
    asItIs || base.image === undefined
      ? { kind: "archive", bytes: broken(base.bytes, BYTES, random, note) }
      : brokenImage(base.image, bases, random, note);
  return { what, commands, subject };
};
