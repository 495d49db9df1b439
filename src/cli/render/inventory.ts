import { formatByteSize, forTerminal, shortDigest } from "../../core/index.ts";
import { broughtBy, type FoundPackage, type Inventory, type LicenceUse } from "../../inventory/index.ts";
import { baseWords } from "./base-image.ts";
import { stepWords } from "./image.ts";
import { table } from "./table.ts";

const fullName = ({ namespace, name, version }: FoundPackage): string =>
  forTerminal(`${namespace === undefined ? "" : `${namespace}/`}${name} ${version}`);

const plural = (count: number): string => `${count} ${count === 1 ? "package" : "packages"}`;

/** Kinds by how many they are, and of each so many by name. */
const kindLines = (packages: readonly FoundPackage[], top: number): readonly string[] =>
  [...Map.groupBy(packages, ({ type }) => type)]
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .flatMap(([type, all]) => {
      const names = [
        ...new Set(all.map((one) => `${fullName(one)}${one.ownedBy === undefined ? "" : ` (of ${forTerminal(one.ownedBy)})`}`)),
      ];
      const shown = top === 0 ? names : names.slice(0, top);
      return [
        `    ${type}: ${plural(names.length)}`,
        ...shown.map((name) => `      ${name}`),
        ...(names.length > shown.length ? [`      and ${names.length - shown.length} more`] : []),
      ];
    });

/** What each layer brought, the base image's and one's own apart, then by kind; `top` names of each kind, 0 for all. */
export const inventoryTree = ({ packages, layers = [], base }: Inventory, top: number): string => {
  const byLayer = Map.groupBy(packages, ({ layerIndex }) => layerIndex ?? -1);
  const lines: string[] = [];
  let before: string | undefined;
  for (const [index, all] of [...byLayer].toSorted(([a], [b]) => a - b)) {
    const origin = broughtBy(index, base);
    if (origin !== before && base !== undefined) lines.push(origin === "base" ? baseWords(base) : "your own layers");
    before = origin;
    const layer = layers[index];
    lines.push(
      layer === undefined
        ? `  ${plural(all.length)}`
        : `  layer ${index + 1} of ${layers.length}, ${shortDigest(layer.diffId)}, ${formatByteSize(layer.sizeBytes)}: ${plural(all.length)}${layer.createdBy === undefined ? "" : `  ${forTerminal(stepWords(layer.createdBy, 80))}`}`,
      ...kindLines(all, top),
    );
  }
  return lines.length === 0 ? "no packages were found" : lines.join("\n");
};

const SHOWN = 4;

/** Which licences are in it; what nothing tells of is said. */
export const licenceTable = (uses: readonly LicenceUse[]): string =>
  uses.length === 0
    ? "no packages were found"
    : table([
        ["licence", "packages", "such as"],
        ...uses.map(({ licence, isListed, packages }) => [
          licence === undefined ? "not told" : `${forTerminal(licence.slice(0, 120))}${isListed ? "" : " (as written)"}`,
          String(packages.length),
          packages
            .slice(0, SHOWN)
            .map((purl) => forTerminal(decodeURIComponent(purl.replace(/^pkg:[^/]+\/|@.*$/g, "").replaceAll(/%(?![0-9A-F]{2})/g, "%25"))))
            .join(", ") + (packages.length > SHOWN ? ", …" : ""),
        ]),
      ]);
