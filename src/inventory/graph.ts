import type { Cataloged } from "./cataloger.ts";
import type { Package } from "./package.ts";

const sameAs = ({ type, namespace, name, version }: Package): string => JSON.stringify([type, namespace, name, version]);

/** `direct` as `needs` names packages: by key, and undefined or unknown where it is none. */
const marked = (packages: Package[], direct: Iterable<string | undefined>, placeOfKey: ReadonlyMap<string, number>): void => {
  for (const key of direct) {
    const place = key === undefined ? undefined : placeOfKey.get(key);
    const one = place === undefined ? undefined : packages[place];
    if (place !== undefined && one !== undefined) packages[place] = { ...one, direct: true };
  }
};

/** What is for development only, or the project's own, gives way to what is called the same and is not. */
const rank = ({ development, own }: Package): number => (own === true ? 0 : development === true ? 1 : 2);

/**
 * Packages under keys of their file's own, which key needs which, and which the project itself asks for. Packages that are equal become one, which is for development
 * only, or the project's own, when all of them are; what needs a key that is not there needs nothing.
 */
export const graphOf = (
  packages: Iterable<readonly [string, Package]>,
  needs: Iterable<readonly [from: string, to: string | undefined]>,
  direct: Iterable<string | undefined> = [],
): Cataloged => {
  const list: Package[] = [];
  const places = new Map<string, number>();
  const placeOfKey = new Map<string, number>();
  for (const [key, one] of packages) {
    const place = places.get(sameAs(one)) ?? list.length;
    const before = list[place];
    if (before !== undefined && rank(one) > rank(before)) list[place] = one;
    else if (before === undefined) list.push(one);
    places.set(sameAs(one), place);
    placeOfKey.set(key, place);
  }
  marked(list, direct, placeOfKey);
  const edges = new Map<string, readonly [number, number]>();
  for (const [a, b] of needs) {
    const [from, to] = [placeOfKey.get(a), b === undefined ? undefined : placeOfKey.get(b)];
    if (from !== undefined && to !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
  }
  return { packages: list, ...(edges.size === 0 ? {} : { edges: [...edges.values()] }) };
};
