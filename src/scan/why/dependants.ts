import type { FoundPackage, Inventory } from "../../inventory/index.ts";
import { allows } from "./ranges.ts";

const nameOf = ({ type, namespace, name }: FoundPackage): string =>
  type === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : namespace === undefined ? name : `${namespace}/${name}`;

const MODULE = /^(.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/;

/** The folders in which Node looks for a module that a package asks for, the nearest first. */
const lookedIn = (path: string): readonly string[] => {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, parts.length - at).join("/")).concat("");
};

/** An application, and of a lock file or a program the crate or project that it is of. */
const isApplication = ({ type, path, own }: FoundPackage): boolean =>
  (type === "npm" && path.endsWith("package.json") && !MODULE.test(path)) || ((type === "cargo" || type === "nuget") && own === true);

/** By what lock files and programs tell: of the same file, or the application that the file is of. */
const toldIn = (
  packages: readonly FoundPackage[],
  needs: NonNullable<Inventory["needs"]>,
): ((target: FoundPackage) => readonly FoundPackage[]) => {
  const byPurl = Map.groupBy(packages, ({ purl }) => purl);
  const above = Map.groupBy(needs, ([, to]) => to);
  return (target) =>
    [...new Set((above.get(target.purl) ?? []).map(([from]) => from))]
      .flatMap((purl) => byPurl.get(purl) ?? [])
      .filter((by) => by !== target && (by.path === target.path || isApplication(by)));
};

/** Who asks for a package, of those that were found, by what is installed. */
const askingIn = (packages: readonly FoundPackage[]): ((target: FoundPackage) => readonly FoundPackage[]) => {
  const byName = Map.groupBy(
    packages.flatMap((by) => (by.requires ?? []).map(([name, range]) => ({ by, name, range }))),
    ({ by, name }) => `${by.type} ${name}`,
  );
  const paths = new Set(packages.map(({ path }) => path));
  return (target) =>
    (byName.get(`${target.type} ${nameOf(target)}`) ?? []).flatMap(({ by, name, range }) => {
      if (MODULE.test(target.path)) {
        const found = lookedIn(by.path)
          .map((folder) => `${folder === "" ? "" : `${folder}/`}node_modules/${name}/package.json`)
          .find((path) => paths.has(path));
        // Linked stores keep them elsewhere.
        if (found !== undefined) return found === target.path ? [by] : [];
      } else if (by.path !== target.path && target.type === "npm") return [];
      // Where nobody can tell, it may be meant.
      return allows(target.type, range, target.version) === false ? [] : [by];
    });
};

/** What asks for a package: from the application, or what nobody asks for, down to it. */
export interface Chain {
  /** The last is the package itself; the first is the application where that is known. */
  readonly links: readonly FoundPackage[];
  /** Of the first link that is not the application: what one has asked for oneself. */
  readonly direct: FoundPackage;
  /** What the last but one allows it to be. */
  readonly range?: string;
}

const MAX_STEPS = 100_000;

/** The shortest chain to a package; alone when nobody is known to ask for it. */
export const chainTo = ({ packages, needs = [] }: Pick<Inventory, "packages" | "needs">): ((target: FoundPackage) => Chain) => {
  const [told, asking] = [toldIn(packages, needs), askingIn(packages)];
  const byPurl = Map.groupBy(packages, ({ purl }) => purl);
  // A file that tells who needs whom tells it of all that is in it; names are for the others.
  const tells = new Set(
    needs.flatMap(([from, to]) => {
      const paths = new Set((byPurl.get(to) ?? []).map(({ path }) => path));
      return (byPurl.get(from) ?? []).flatMap(({ path }) => (paths.has(path) ? [path] : []));
    }),
  );
  const dependantsOf = (one: FoundPackage): readonly FoundPackage[] => {
    const above = told(one);
    return above.length > 0 || tells.has(one.path) ? above : asking(one);
  };
  return (target) => {
    const below = new Map<FoundPackage, FoundPackage | undefined>([[target, undefined]]);
    const queue = [target];
    let top = target;
    let isFound = false;
    for (let at = 0, steps = 0; at < queue.length && steps < MAX_STEPS; at += 1) {
      const one = queue[at];
      if (one === undefined) break;
      const above = dependantsOf(one);
      steps += above.length + 1;
      top = one;
      // What the project itself asks for ends the way up, but for the name of the project.
      const application = one.direct === true ? above.find(isApplication) : undefined;
      if (application !== undefined) below.set((top = application), one);
      if (above.length === 0 || isApplication(one) || one.direct === true) {
        isFound = true;
        break;
      }
      for (const by of above)
        if (!below.has(by)) {
          below.set(by, one);
          queue.push(by);
        }
    }
    // A ring that nobody outside asks for.
    if (!isFound) top = target;
    const links: FoundPackage[] = [];
    for (let one: FoundPackage | undefined = top; one !== undefined; one = below.get(one)) links.push(one);
    const [first, second] = links;
    const by = links.at(-2);
    const range = by?.requires?.find(([name]) => name === nameOf(target))?.[1];
    return {
      links,
      direct: first !== undefined && isApplication(first) && second !== undefined ? second : (first ?? target),
      ...(range === undefined ? {} : { range }),
    };
  };
};
