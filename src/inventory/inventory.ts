import { type Digest, formatPlatform, forTerminal } from "../core/index.ts";
import { type Flaw, flawWords, type Follower, type ImageContents, type Lookout, type TarHeader } from "../image/index.ts";
import { isKeyStore, isLookedThrough, secretsInFile } from "../source/secrets/index.ts";
import { askedIn } from "./asked.ts";
import { type BaseImage, guessedBase, type InventoryLayer, layersOf } from "./base-image.ts";
import { readCompiled } from "./binaries/compiled.ts";
import { readProgram } from "./binaries/follow.ts";
import { CATALOGERS } from "./catalogue.ts";
import { type Cataloger, catalogerFor } from "./cataloger.ts";
import { type Distribution, distributionOf, isOsRelease } from "./distribution.ts";
import type { Note } from "./note.ts";
import type { FoundPackage, Package } from "./package.ts";
import { purlOf } from "./purl.ts";
import { withOrigins } from "./origin.ts";
import { weightOfNote } from "./weight.ts";
import { withoutReplaced } from "./ownership.ts";
import { type FoundSecret, secretsOf } from "./secrets.ts";

/** Who told, of what is written in programs. */
const PROGRAMS = "programs";
/** A Go program's own word for its version is better than what is found in it: `github.com/traefik/traefik/v3`. */
const asModule = (product: Package, modules: readonly Package[]): Package => {
  const own = modules.find(({ type, name }) => type === "golang" && name.replace(/\/v\d+$/, "").endsWith(`/${product.name}`));
  return own === undefined || /-0\.\d{14}-/.test(own.version) ? product : { ...product, version: own.version.replace(/^v|\+.*$/g, "") };
};

const MAX_OS_RELEASE = 64 * 1024;

const readable = (type: string): boolean => type === "file" || type === "hardlink" || type === "sparse";

/** Of a file with holes its length with them: a part of it must not be taken for the whole. */
const lengthOf = ({ sizeBytes, logicalBytes = sizeBytes }: Pick<TarHeader, "sizeBytes" | "logicalBytes">): number => logicalBytes;

/** Small files are read whole, beside what catalogers may read. */
const secretsFollower = (path: string): Follower<Note> => {
  const chunks: Uint8Array[] = [];
  return {
    // A program shows in its first bytes.
    take: (chunk) => {
      if (chunks.push(chunk) === 1 && chunk.subarray(0, 8192).includes(0)) return isKeyStore(path);
      return true;
    },
    end: () => {
      const secrets = secretsInFile(path, Buffer.concat(chunks));
      return secrets.length === 0 ? undefined : { kind: "secrets", secrets };
    },
  };
};

/** What is looked for in files. They are parsed as they pass; only what they tell is kept. */
export const lookoutFor = (scopes: readonly Cataloger["scope"][], { secrets = false } = {}): Lookout<Note> => {
  const choose = catalogerFor(CATALOGERS.filter(({ scope }) => scopes.includes(scope)));
  // The same path is asked for up to three times in a row.
  let asked: { readonly path: string; readonly cataloger: Cataloger | undefined } | undefined;
  const catalogerOf = (path: string): Cataloger | undefined => {
    if (asked?.path !== path) asked = { path, cataloger: choose(path) };
    return asked.cataloger;
  };
  return {
    weigh: weightOfNote,
    follow: ({ path, type, mode, sizeBytes }) => {
      if (!readable(type) || catalogerOf(path) !== undefined || isOsRelease(path)) return undefined;
      const program = readProgram(path);
      let compiled = readCompiled(path, mode, sizeBytes);
      if (program === undefined && compiled === undefined)
        return secrets && isLookedThrough(path, sizeBytes) ? secretsFollower(path) : undefined;
      return {
        isWorth: (part) => {
          if (compiled?.isWorth(part) === false) compiled = undefined;
          program?.lookAhead(part);
          return program !== undefined || compiled !== undefined;
        },
        take: (chunk) => {
          const readers = [program?.take(chunk) ?? program !== undefined, compiled?.take(chunk) ?? compiled !== undefined];
          return readers.includes(true);
        },
        end: () => {
          const [product, parts] = [program?.end(), compiled?.end()];
          const packages = [...(parts?.packages ?? []), ...(product === undefined ? [] : [asModule(product, parts?.packages ?? [])])];
          return packages.length === 0 ? undefined : { kind: "cataloged", by: PROGRAMS, found: { ...parts, packages } };
        },
      };
    },
    wants: (header) => {
      const { path, type } = header;
      if (!readable(type)) return undefined;
      if (isOsRelease(path)) return MAX_OS_RELEASE;
      const cataloger = catalogerOf(path);
      if (cataloger === undefined) return undefined;
      return lengthOf(header) > cataloger.maxBytes ? 0 : lengthOf(header);
    },
    note: (header, content) => {
      const { path } = header;
      if (isOsRelease(path)) return { kind: "os-release", text: content.toString("utf8") };
      const cataloger = catalogerOf(path);
      if (cataloger === undefined) return undefined;
      if (lengthOf(header) > cataloger.maxBytes) return { kind: "unread", because: `it has more than ${cataloger.maxBytes} bytes` };
      if (content.length < lengthOf(header)) return { kind: "unread", because: "there is more of such files than is read" };
      const found = cataloger.read(content, path);
      return found === undefined ? undefined : { kind: "cataloged", by: cataloger.name, found };
    },
  };
};

/** For the layers of an image: what is there to run. Lock files of what it was built from say nothing of what is in it. */
export const inventoryLookout: Lookout<Note> = lookoutFor(["installed"], { secrets: true });

/** A file that told something. */
export interface NotedFile {
  readonly path: string;
  readonly note: Note;
  readonly layer?: Digest;
  readonly layerIndex?: number;
  /** Equal for all links to one file: its size, time and mode. */
  readonly inode?: string;
}

/** What is in an image, or in a folder. */
export interface Inventory {
  /** The image's. */
  readonly digest?: Digest;
  readonly distribution?: Distribution;
  /** Of an image, where it says so: `linux/arm64`. */
  readonly platform?: string;
  /** By type, name, version and path. */
  readonly packages: readonly FoundPackage[];
  /** Which needs which, by their URLs, as lock files and programs tell it: `needsOf` adds what is known by names. */
  readonly needs?: readonly (readonly [from: string, to: string])[];
  /** Of an image when its configuration says that it was made (RFC 3339). */
  readonly created?: string;
  /** What could not be seen, a sentence each: what is not said to be clean. */
  readonly blindSpots: readonly string[];
  /** Of an image that is not whole or not as its documents say: what. Each is a blind spot, too. */
  readonly flaws?: readonly Flaw[];
  /** Of an image, base first. */
  readonly layers?: readonly InventoryLayer[];
  /** Of an image where its base ends, as far as that is known. */
  readonly base?: BaseImage;
  /** Of an image: in its configuration and in every layer, also where a later one deletes the file. */
  readonly secrets?: readonly FoundSecret[];
}

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const ofDistribution = ({ type }: Package): boolean => type === "deb" || type === "apk" || type === "rpm";

/** What tells nothing of which release it is for has nobody's advisories. */
const distributionSpots = (distribution: Distribution | undefined, packages: readonly FoundPackage[]): readonly string[] => {
  if (distribution === undefined)
    return ["the image does not say which distribution it is (no os-release): packages of one, if it has any, cannot be judged"];
  return packages.some(ofDistribution) ? [] : [`${forTerminal(distribution.name)}: no database of installed packages was found`];
};

/** Where `/bin` is a link to `/usr/bin`, packages still say that their files lie in the one, and layers have them in the other (wiki.debian.org/UsrMerge). */
const merged = (path: string): string => {
  const [, folder, rest = ""] = /^(usr\/)?((?:bin|sbin|lib|lib32|lib64|libx32)\/.*)$/.exec(path) ?? [];
  return folder === undefined ? `usr/${path}` : rest;
};

/** Which package of the distribution has put a file there, of those that tell of packages: a distribution has a hundred times as many files. */
const ownersOf = (files: readonly NotedFile[], told: readonly NotedFile[]): ReadonlyMap<string, string> => {
  const asked = new Set(told.flatMap(({ path }) => [path, merged(path)]));
  const owners = new Map<string, string>();
  for (const { note } of files)
    if (note.kind === "cataloged" && note.found.owns !== undefined)
      for (const [owner, paths] of note.found.owns) for (const path of paths) if (asked.has(path)) owners.set(path, owner);
  return owners;
};

/** Whether another file tells better of the programs at a path: it names the path, or a folder above it. */
const coveredIn = (files: readonly NotedFile[]): ((path: string) => boolean) => {
  const covers = new Set(files.flatMap(({ note }) => (note.kind === "cataloged" ? (note.found.covers ?? []) : [])));
  return (path) => {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
      if (covers.has(path.slice(0, slash + 1))) return true;
    return covers.has(path);
  };
};

/** A program with many names, as BusyBox has them, is one: by the name that is its own, else by the first. */
const withoutLinks = (files: readonly NotedFile[]): readonly NotedFile[] => {
  const kept = new Map<string, NotedFile>();
  for (const file of files.toSorted((a, b) => byCode(a.path, b.path))) {
    const { note, path, layerIndex, inode } = file;
    const program = note.kind === "cataloged" && note.by === PROGRAMS ? note.found : undefined;
    const key = program === undefined || inode === undefined ? path : JSON.stringify([layerIndex, inode, program.packages]);
    const own = program?.packages.some(({ name }) => path.endsWith(`/${name}`)) === true;
    if (own || !kept.has(key)) kept.set(key, file);
  }
  return [...kept.values()];
};

/** Packages of one source often share what tells of their licences. */
const withLicences = (packages: readonly FoundPackage[], licensed: ReadonlyMap<string, readonly string[]>): readonly FoundPackage[] => {
  const sourceOf = ({ source, name }: FoundPackage): string => source?.name ?? name;
  const ofSource = new Map(
    packages.flatMap((one) => {
      const licences = one.type === "deb" ? licensed.get(one.name) : undefined;
      return licences === undefined ? [] : [[sourceOf(one), licences] as const];
    }),
  );
  return packages.map((one) => {
    const licences = one.type === "deb" && one.licenses.length === 0 ? (licensed.get(one.name) ?? ofSource.get(sourceOf(one))) : undefined;
    return licences === undefined ? one : { ...one, licenses: licences };
  });
};

/** What files tell of packages. A package inside a file that the distribution has put there is told with the package that owns it. */
export const inventoryFrom = (files: readonly NotedFile[], of: "image" | "folder"): Inventory => {
  const release = files
    .toSorted((a, b) => byCode(a.path, b.path))
    .map(({ note }) => (note.kind === "os-release" ? distributionOf(note.text) : undefined))
    .find((one) => one !== undefined);
  const distro =
    release === undefined
      ? {}
      : { distribution: release.id, distro: release.version === undefined ? release.id : `${release.id}-${release.version}` };
  const covered = coveredIn(files);
  const told = withoutLinks(files).filter(({ path, note }) => !(note.kind === "cataloged" && note.by === PROGRAMS && covered(path)));
  const owners = ownersOf(files, told);
  const needs = told.flatMap(({ note }) => {
    if (note.kind !== "cataloged" || note.found.edges === undefined) return [];
    const purls = note.found.packages.map((one) => purlOf(one, distro));
    return note.found.edges.flatMap(([from, to]) => {
      const [a, b] = [purls[from], purls[to]];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    });
  });
  const own = new Set(files.flatMap(({ note }) => (note.kind === "cataloged" ? (note.found.own ?? []) : [])));
  const licensed = new Map(files.flatMap(({ note }) => (note.kind === "cataloged" ? (note.found.licensed ?? []) : [])));
  const found = withLicences(
    told.flatMap(({ path, layer, layerIndex, note }) =>
      note.kind === "cataloged"
        ? note.found.packages.map((one): FoundPackage => {
            const owner = ofDistribution(one) ? undefined : (owners.get(path) ?? owners.get(merged(path)));
            return {
              ...one,
              path,
              purl: purlOf(one, distro),
              ...(own.has(path) ? { own: true } : {}),
              ...(layer === undefined || layerIndex === undefined ? {} : { layer, layerIndex }),
              ...(owner === undefined ? {} : { ownedBy: owner }),
            };
          })
        : [],
    ),
    licensed,
  ).toSorted((a, b) => byCode(a.purl, b.purl) || byCode(a.path, b.path));
  const asked = askedIn(files, found);
  const packages = asked.direct.size === 0 ? found : found.map((one) => (asked.direct.has(one) ? { ...one, direct: true as const } : one));
  const unread = files.flatMap(({ path, note }) => {
    if (note.kind === "unread") return [`${forTerminal(path)} was not read: ${note.because}`];
    return note.kind === "cataloged" && note.found.unseen !== undefined
      ? [`${forTerminal(path)} was not read to its end: ${note.found.unseen}`]
      : [];
  });
  return {
    ...(release === undefined ? {} : { distribution: release }),
    packages,
    ...(needs.length + asked.needs.length === 0 ? {} : { needs: [...needs, ...asked.needs] }),
    blindSpots: [...(of === "image" ? distributionSpots(release, packages) : []), ...unread],
  };
};

/** What an image's files tell of packages, as a container sees them: what a later layer deletes or replaces is left out. */
export const inventoryOf = ({
  digest,
  files,
  layers,
  config,
  flaws = [],
  unseen = [],
}: Pick<ImageContents<Note>, "digest" | "files" | "layers" | "config"> &
  Partial<Pick<ImageContents<Note>, "flaws" | "unseen">>): Inventory => {
  const seen = files.filter(({ visible }) => visible);
  const inventory = inventoryFrom(
    seen.map(({ header: { path, sizeBytes, mode, mtimeSeconds }, note, layer, layerIndex }) => ({
      path,
      note,
      layer,
      layerIndex,
      inode: `${sizeBytes} ${mtimeSeconds} ${mode}`,
    })),
    "image",
  );
  const base = guessedBase(config);
  return {
    digest,
    ...inventory,
    ...(config.platform.architecture === "unknown" ? {} : { platform: formatPlatform(config.platform) }),
    blindSpots: [...flaws.map(flawWords), ...unseen, ...inventory.blindSpots],
    ...(flaws.length === 0 ? {} : { flaws }),
    packages: withoutReplaced(withOrigins(inventory.packages, files), seen),
    layers: layersOf(layers, config),
    ...(config.created === undefined ? {} : { created: config.created }),
    secrets: secretsOf(files, config),
    ...(base === undefined ? {} : { base }),
  };
};
