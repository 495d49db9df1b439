import { licenceExpression, licencesAs } from "./licence-ids.ts";
import type { FoundPackage } from "./package.ts";

/** Where several are listed, who uses the package may choose (getcomposer.org/doc/04-schema.md, docs.npmjs.com of old, guides.rubygems.org, maven.apache.org/pom.html#Licenses). */
const CHOICE: ReadonlySet<FoundPackage["type"]> = new Set(["composer", "npm", "gem", "maven"]);

/** The licences of one component that several files may tell of: an SPDX expression, or words where a part of them is unknown. */
export const licencesOf = (same: readonly FoundPackage[]): ReturnType<typeof licencesAs> =>
  licencesAs([...new Set(same.flatMap((one) => one.licenses))], same.some(({ type }) => CHOICE.has(type)) ? "any" : "all");

/** A licence and the packages that have it, alone or beside others. */
export interface LicenceUse {
  /** As SPDX calls it, or as it was written; undefined: nothing tells. */
  readonly licence?: string;
  readonly isListed: boolean;
  /** By their URLs. */
  readonly packages: readonly string[];
}

const leavesOf = (expression: string): readonly string[] => expression.split(/ AND | OR |[()]/).filter((leaf) => leaf !== "");

/** Which licences are in it, the most frequent first, those that nothing tells of last. */
export const licenceUses = (packages: readonly FoundPackage[]): readonly LicenceUse[] => {
  const uses = new Map<string, { readonly isListed: boolean; readonly packages: string[] }>();
  for (const [purl, same] of Map.groupBy(packages, (one) => one.purl)) {
    const known = licencesOf(same);
    const each = "expression" in known ? [known.expression] : known.words.length === 0 ? [""] : known.words;
    for (const word of new Set(each.flatMap((one) => (licenceExpression(one) === one ? leavesOf(one) : [one])))) {
      const use = uses.get(word) ?? { isListed: licenceExpression(word) === word, packages: [] };
      use.packages.push(purl);
      uses.set(word, use);
    }
  }
  return [...uses]
    .map(([licence, use]) => ({ ...(licence === "" ? {} : { licence }), ...use }))
    .toSorted(
      (a, b) =>
        Number(a.licence === undefined) - Number(b.licence === undefined) ||
        b.packages.length - a.packages.length ||
        ((a.licence ?? "") < (b.licence ?? "") ? -1 : 1),
    );
};
