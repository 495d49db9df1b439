import type { Inventory } from "./inventory.ts";
import type { FoundPackage } from "./package.ts";

const nameOf = ({ type, namespace, name }: FoundPackage): string =>
  type === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : namespace === undefined ? name : `${namespace}/${name}`;

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** Where Node finds a package from the one that asks for it (nodejs.org/api/modules.html, "Loading from node_modules folders"). */
const moduleFrom = (asking: string, name: string, byPath: ReadonlyMap<string, FoundPackage>): FoundPackage | undefined => {
  for (let folder = parentOf(asking); ; folder = parentOf(folder)) {
    const found = byPath.get(`${folder === "" ? "" : `${folder}/`}node_modules/${name}/package.json`);
    if (found !== undefined || folder === "") return found;
  }
};

/**
 * Which package needs which, by their URLs: as lock files and programs tell it, and of what is installed by the names that each asks for. A name that several versions
 * have tells nothing, but for npm, whose folders do.
 */
export const needsOf = ({ packages, needs = [] }: Pick<Inventory, "packages" | "needs">): ReadonlyMap<string, readonly string[]> => {
  const purlsByName = new Map<string, Set<string>>();
  for (const one of packages) {
    const key = `${one.type} ${nameOf(one)}`;
    purlsByName.set(key, (purlsByName.get(key) ?? new Set()).add(one.purl));
  }
  const modules = new Map(
    packages.flatMap((one) => (one.type === "npm" && one.path.endsWith("/package.json") ? [[one.path, one] as const] : [])),
  );
  const found = new Map<string, Set<string>>();
  const note = (from: string, to: string | undefined): void => {
    if (to !== undefined && to !== from) found.set(from, (found.get(from) ?? new Set()).add(to));
  };
  for (const [from, to] of needs) note(from, to);
  for (const one of packages)
    for (const [name] of one.requires ?? []) {
      if (one.type === "npm") {
        if (one.path.endsWith("package.json")) note(one.purl, moduleFrom(one.path, name, modules)?.purl);
        continue;
      }
      const [only, another] =
        purlsByName.get(`${one.type} ${one.type === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name}`) ?? [];
      if (another === undefined) note(one.purl, only);
    }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([from, to]) => [from, [...to].toSorted()]));
};
