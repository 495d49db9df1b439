import { satisfies, validRange } from "semver";
import type { NotedFile } from "./inventory.ts";
import type { FoundPackage } from "./package.ts";

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const nameOf = ({ type, namespace, name }: FoundPackage): string =>
  type === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : namespace === undefined ? name : `${namespace}/${name}`;

/** Files that lock what a manifest beside or below them asks for. */
const LOCKS: Readonly<Record<string, RegExp>> = {
  "package.json": /(?:^|\/)(?:yarn\.lock|bun\.lock|pnpm-lock\.yaml|package-lock\.json|npm-shrinkwrap\.json)$/,
  "composer.json": /(?:^|\/)composer\.lock$/,
  "pyproject.toml": /(?:^|\/)(?:(?:poetry|uv|pdm)\.lock|pylock(?:\.[^/.]+)?\.toml)$/,
};

/** Of several versions those that the range allows, where that can be told. */
const meant = (candidates: readonly FoundPackage[], range: string): readonly FoundPackage[] => {
  if (candidates.length < 2 || candidates[0]?.type !== "npm" || validRange(range) === null) return candidates;
  return candidates.filter(({ version }) => satisfies(version, range, { includePrerelease: true }));
};

/**
 * What manifests say is asked for, of the packages of the lock file that is beside each or in the nearest folder above: those packages, and who of the packages asks
 * for them, by their URLs.
 */
export const askedIn = (
  files: readonly NotedFile[],
  packages: readonly FoundPackage[],
): { readonly direct: ReadonlySet<FoundPackage>; readonly needs: readonly (readonly [string, string])[] } => {
  const direct = new Set<FoundPackage>();
  const needs: (readonly [string, string])[] = [];
  const manifests = files.filter(({ note }) => note.kind === "cataloged" && note.found.asks !== undefined);
  if (manifests.length === 0) return { direct, needs };
  const byPath = Map.groupBy(packages, ({ path }) => path);
  // A folder may have thousands of manifests: which locks there are is looked up once.
  const locksOf = new Map(
    Object.entries(LOCKS).map(([name, isLock]) => [
      name,
      Map.groupBy(
        [...byPath.keys()].filter((path) => isLock.test(path)),
        folderOf,
      ),
    ]),
  );
  const namesOf = new Map<string, ReadonlyMap<string, readonly FoundPackage[]>>();
  for (const { path, note } of manifests) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const locks = locksOf.get(name);
    if (locks === undefined || locks.size === 0 || note.kind !== "cataloged") continue;
    let folder: string | undefined = folderOf(path);
    while (folder !== undefined && !locks.has(folder)) folder = folder === "" ? undefined : folderOf(folder);
    if (folder === undefined) continue;
    const own = byPath.get(path)?.[0];
    for (const lock of locks.get(folder) ?? []) {
      const byName = namesOf.get(lock) ?? Map.groupBy(byPath.get(lock) ?? [], nameOf);
      namesOf.set(lock, byName);
      for (const [asked, range] of note.found.asks ?? [])
        for (const one of meant(
          byName.get(name === "pyproject.toml" ? asked.toLowerCase().replaceAll(/[-_.]+/g, "-") : asked) ?? [],
          range,
        )) {
          direct.add(one);
          if (own !== undefined) needs.push([own.purl, one.purl]);
        }
    }
  }
  return { direct, needs };
};
