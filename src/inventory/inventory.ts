import { type Digest, forTerminal } from "../core/index.ts";
import type { ImageContents, Lookout } from "../image/index.ts";
import { CATALOGERS } from "./catalogue.ts";
import type { Cataloged } from "./cataloger.ts";
import { type Distribution, distributionOf, isOsRelease } from "./distribution.ts";
import type { FoundPackage, Package } from "./package.ts";
import { purlOf } from "./purl.ts";

/** What is remembered of a file. */
export type Note =
  | { readonly kind: "cataloged"; readonly by: string; readonly found: Cataloged }
  | { readonly kind: "os-release"; readonly text: string }
  | { readonly kind: "unread"; readonly because: string };

const MAX_OS_RELEASE = 64 * 1024;

const readable = (type: string): boolean => type === "file" || type === "hardlink" || type === "sparse";

/** What is looked for in the layers of an image. Files are parsed as they pass; only what they tell is kept. */
export const inventoryLookout: Lookout<Note> = {
  wants: ({ path, type, sizeBytes }) => {
    if (!readable(type)) return undefined;
    if (isOsRelease(path)) return MAX_OS_RELEASE;
    const cataloger = CATALOGERS.find(({ isMine }) => isMine(path));
    if (cataloger === undefined) return undefined;
    return sizeBytes > cataloger.maxBytes ? 0 : sizeBytes;
  },
  note: ({ path, sizeBytes }, content) => {
    if (isOsRelease(path)) return { kind: "os-release", text: content.toString("utf8") };
    const cataloger = CATALOGERS.find(({ isMine }) => isMine(path));
    if (cataloger === undefined) return undefined;
    if (sizeBytes > cataloger.maxBytes) return { kind: "unread", because: `it has more than ${cataloger.maxBytes} bytes` };
    if (content.length < sizeBytes) return { kind: "unread", because: "the image has more of such files than are read" };
    const found = cataloger.read(content, path);
    return found === undefined ? undefined : { kind: "cataloged", by: cataloger.name, found };
  },
};

/** What is in an image. */
export interface Inventory {
  /** The image's. */
  readonly digest: Digest;
  readonly distribution?: Distribution;
  /** By type, name, version and path. */
  readonly packages: readonly FoundPackage[];
  /** What could not be seen, a sentence each: what is not said to be clean. */
  readonly blindSpots: readonly string[];
}

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const ofDistribution = ({ type }: Package): boolean => type === "deb" || type === "apk" || type === "rpm";

/** What tells nothing of which release it is for has nobody's advisories. */
const distributionSpots = (distribution: Distribution | undefined, packages: readonly FoundPackage[]): readonly string[] => {
  if (distribution === undefined)
    return ["the image does not say which distribution it is (no os-release), so none of its packages can be judged"];
  return packages.some(ofDistribution) ? [] : [`${forTerminal(distribution.name)}: no database of installed packages was found`];
};

/**
 * What an image's files tell of packages, as a container sees them: what a later layer deletes or replaces is left out. A package inside a file that the distribution
 * has put there is told with the package that owns it.
 */
export const inventoryOf = ({ digest, files, sizeBytes }: Pick<ImageContents<Note>, "digest" | "files" | "sizeBytes">): Inventory => {
  const visible = files.filter((file) => file.visible);
  const release = visible
    .toSorted((a, b) => byCode(a.header.path, b.header.path))
    .map(({ note }) => (note.kind === "os-release" ? distributionOf(note.text) : undefined))
    .find((one) => one !== undefined);
  const owners = new Map(
    visible.flatMap(({ note }) =>
      note.kind === "cataloged"
        ? [...(note.found.owns ?? [])].flatMap(([owner, paths]) => paths.map((path) => [path, owner] as const))
        : [],
    ),
  );
  const distro =
    release === undefined
      ? {}
      : { distribution: release.id, distro: release.version === undefined ? release.id : `${release.id}-${release.version}` };
  const packages = visible
    .flatMap(({ header: { path }, layer, layerIndex, note }) =>
      note.kind === "cataloged"
        ? note.found.packages.map((one): FoundPackage => {
            const owner = ofDistribution(one) ? undefined : owners.get(path);
            return { ...one, path, layer, layerIndex, purl: purlOf(one, distro), ...(owner === undefined ? {} : { ownedBy: owner }) };
          })
        : [],
    )
    .toSorted((a, b) => byCode(a.purl, b.purl) || byCode(a.path, b.path));
  const unread = visible.flatMap(({ header, note }) =>
    note.kind === "unread" ? [`${forTerminal(header.path)} was not read: ${note.because}`] : [],
  );
  return {
    digest,
    ...(release === undefined ? {} : { distribution: release }),
    packages,
    blindSpots: [...(sizeBytes === 0 ? [] : distributionSpots(release, packages)), ...unread],
  };
};
