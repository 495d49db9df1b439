import { componentMatch } from "../component.ts";
import { parsePurl } from "../purl.ts";
import { fullName, type GatePackage, type GateSubject } from "../subject.ts";
import { imageMatch } from "./image.ts";
import type { VexComponent, VexProduct, VexStatement } from "./statement.ts";

/** Whether a statement speaks of a package; if not, why, the closer the miss the higher. */
export type Reach = { readonly applies: true } | { readonly applies: false; readonly because: string; readonly closeness: number };

const APPLIES = { applies: true } as const;
const miss = (closeness: number, because: string): Reach => ({ applies: false, because, closeness });

/** What is held against each other more than once: package URLs of a document are read once. */
const purls = new WeakMap<VexComponent, readonly ReturnType<typeof parsePurl>[]>();
const purlsOf = (component: VexComponent): readonly ReturnType<typeof parsePurl>[] => {
  const known = purls.get(component) ?? component.ids.map(parsePurl);
  purls.set(component, known);
  return known;
};

const CLOSE = ["other", "other system", "other version", "same"] as const;

/** How near a written component comes to a package. */
const nearness = (component: VexComponent, one: GatePackage): (typeof CLOSE)[number] => {
  const each = purlsOf(component).map((purl, index) => {
    if (purl !== undefined) return componentMatch(purl, one);
    return component.ids[index] === fullName(one) ? "same" : "other";
  });
  return CLOSE.findLast((word) => each.includes(word)) ?? "other";
};

/** Whose packages lie in one file, the program. */
const PROGRAMS = new Set(["golang", "cargo", "generic"]);

/** Packages of a program, or below the folder of what was installed. A distribution's database lists what stands beside it, not within. */
const isWithin = (inner: GatePackage, outer: GatePackage): boolean => {
  if (outer.type === "deb" || outer.type === "apk" || outer.type === "rpm") return inner.ownedBy === outer.name;
  if (inner.path === outer.path) return true;
  if (PROGRAMS.has(outer.type)) return false;
  const folder = outer.path.slice(0, outer.path.lastIndexOf("/") + 1);
  return folder !== "" && inner.path.startsWith(folder);
};

const label = ({ ids, sha256 }: VexComponent): string => ids[0] ?? (sha256[0] === undefined ? "nothing" : `sha256:${sha256[0]}`);

const subcomponentReach = ({ subcomponents }: VexProduct, one: GatePackage): Reach => {
  if (subcomponents.length === 0) return APPLIES;
  const near = subcomponents.map((each) => [each, nearness(each, one)] as const);
  if (near.some(([, word]) => word === "same")) return APPLIES;
  const close = near.find(([, word]) => word !== "other");
  if (close !== undefined) return miss(4, `it speaks of ${label(close[0])}, and this is ${one.purl}`);
  const [first] = subcomponents;
  const more = subcomponents.length === 1 ? "" : ` and ${subcomponents.length - 1} more`;
  return miss(2, `it speaks of ${first === undefined ? "nothing" : label(first)}${more}, not of ${one.purl}`);
};

/** Packages that a product is, looked for once for all that may lie within them. */
const holders = new WeakMap<readonly GatePackage[], Map<VexProduct, readonly GatePackage[]>>();
const holdersOf = (product: VexProduct, packages: readonly GatePackage[]): readonly GatePackage[] => {
  const known = holders.get(packages) ?? new Map<VexProduct, readonly GatePackage[]>();
  holders.set(packages, known);
  const found = known.get(product) ?? packages.filter((each) => nearness(product, each) === "same");
  known.set(product, found);
  return found;
};

const productReach = (product: VexProduct, one: GatePackage, subject: GateSubject, packages: readonly GatePackage[]): Reach => {
  const image = imageMatch(product, subject);
  if (image === "same") return subcomponentReach(product, one);
  const own = nearness(product, one);
  if (own === "same") return subcomponentReach(product, one);
  if (product.subcomponents.length > 0) {
    const found = holdersOf(product, packages);
    const sub = subcomponentReach(product, one);
    if (found.some((each) => isWithin(one, each))) return sub;
    if (found.length > 0 && sub.applies) return miss(5, `its product ${label(product)} is in the image, but ${one.path} is no part of it`);
  }
  if (own !== "other") return miss(3, `it speaks of ${label(product)}, and this is ${one.purl}`);
  return miss(image === undefined ? 0 : 1, image ?? `its product ${label(product)} is not in this image`);
};

/** Whether the statement speaks of the package where it is. One product that does is enough. */
export const reachOf = (
  { products, invalid }: VexStatement,
  one: GatePackage,
  subject: GateSubject,
  packages: readonly GatePackage[],
): Reach => {
  if (products === undefined) return invalid === undefined ? APPLIES : miss(6, invalid);
  let best = miss(-1, "it names no product");
  for (const product of products) {
    const reach = productReach(product, one, subject, packages);
    if (reach.applies) return invalid === undefined ? reach : miss(6, invalid);
    if (!best.applies && reach.closeness > best.closeness) best = reach;
  }
  return best;
};
