import { type BaseImage, broughtBy, type FoundPackage, type Inventory, type InventoryLayer } from "../../inventory/index.ts";
import type { Vulnerability } from "../scan.ts";
import { schemeOf } from "../versions/ecosystems.ts";
import { type Change, changesFor, type DockerfileLine } from "./change.ts";
import { chainTo } from "./dependants.ts";

/** Why one package is in an image, and what is known against it. */
export interface WhyPackage {
  readonly package: FoundPackage;
  /** From 1; absent in a folder. */
  readonly layerNumber?: number;
  readonly layer?: InventoryLayer;
  /** The instruction that made the layer. */
  readonly by?: DockerfileLine;
  readonly origin?: "base" | "own";
  /** From the application down to it; the last is itself. */
  readonly askedBy: readonly FoundPackage[];
  readonly fixed?: string;
  /** The smallest first; none where only the package was asked for and nothing is known against it. */
  readonly changes: readonly Change[];
}

export interface WhyAnswer {
  /** Known against the image under that id, or against the packages of that name. */
  readonly vulnerabilities: readonly Vulnerability[];
  readonly packages: readonly WhyPackage[];
}

/** Lines of the Dockerfile that an image was built from. */
export interface DockerfileLines {
  readonly from?: DockerfileLine;
  /** By the step's number in the history. */
  readonly byStep: ReadonlyMap<number, DockerfileLine>;
}

const isCalled = (asked: string, { type, namespace, name, source, purl }: FoundPackage): boolean =>
  [name, purl, source?.name, namespace === undefined ? undefined : `${namespace}${type === "maven" ? ":" : "/"}${name}`].some(
    (one) => one?.toLowerCase() === asked,
  );

/** The version that mends all of them. */
const highest = (versions: readonly string[], ecosystem: string | undefined): string | undefined => {
  const scheme = schemeOf(ecosystem ?? "");
  return scheme === undefined ? versions[0] : versions.toSorted((a, b) => scheme.compare(b, a))[0];
};

const isKnownAs = (asked: string, { id, advisories }: Vulnerability): boolean =>
  [id, ...advisories.flatMap((one) => [one.id, ...one.aliases, ...one.cves])].some((one) => one.toLowerCase() === asked);

/** Where what was asked for is in an image: by the id of a vulnerability, under any of its names, else by the name of a package or its source. */
export const why = (
  asked: string,
  inventory: Inventory & { readonly base?: BaseImage; readonly renewed?: boolean },
  vulnerabilities: readonly Vulnerability[],
  lines: DockerfileLines | undefined,
): WhyAnswer => {
  const word = asked.trim().toLowerCase();
  const { packages, base, layers = [], distribution, renewed } = inventory;
  const byId = vulnerabilities.filter((one) => isKnownAs(word, one));
  const named = byId.length > 0 ? [] : packages.filter((one) => isCalled(word, one));
  const found = byId.length > 0 ? byId : vulnerabilities.filter((one) => one.packages.some((each) => named.includes(each)));
  const chain = chainTo(inventory);
  const explained = (one: FoundPackage, against: readonly Vulnerability[]): WhyPackage => {
    const layer = one.layerIndex === undefined ? undefined : layers[one.layerIndex];
    const by = layer?.step === undefined ? undefined : lines?.byStep.get(layer.step);
    const origin = broughtBy(one.layerIndex, base);
    const links = chain(one);
    const [worst] = against;
    const common = {
      one,
      together: [...new Set((worst?.packages ?? [one]).filter(({ type }) => type === one.type).map(({ name }) => name))],
      chain: links,
      ...(origin === undefined ? {} : { origin }),
      ...(base?.name === undefined ? {} : { base: base.name }),
      ...(renewed === true ? { renewed } : {}),
      ...(distribution === undefined ? {} : { distribution }),
      ...(lines?.from === undefined ? {} : { from: lines.from }),
      ...(by === undefined ? {} : { by }),
      ...(layer?.createdBy === undefined ? {} : { createdBy: layer.createdBy }),
    };
    const fixed = highest(
      against.flatMap((each) => each.fixed ?? []),
      against[0]?.ecosystem,
    );
    const isOpen = against.some((each) => each.fixed === undefined && each.extended === undefined);
    const extended = against.find((each) => each.extended !== undefined)?.extended;
    const changes = [
      ...(fixed === undefined ? [] : changesFor({ ...common, fixed })),
      ...(extended === undefined ? [] : changesFor({ ...common, extended })),
      ...(isOpen ? changesFor(common) : []),
    ];
    return {
      package: one,
      ...(one.layerIndex === undefined ? {} : { layerNumber: one.layerIndex + 1 }),
      ...(layer === undefined ? {} : { layer }),
      ...(by === undefined ? {} : { by }),
      ...(origin === undefined ? {} : { origin }),
      askedBy: links.links,
      ...(fixed === undefined ? {} : { fixed }),
      changes: [...new Map(changes.map((change) => [`${change.what} ${change.command}`, change])).values()],
    };
  };
  const subjects = byId.length > 0 ? [...new Set(byId.flatMap((one) => one.packages))] : named;
  return {
    vulnerabilities: found,
    packages: subjects.map((one) =>
      explained(
        one,
        found.filter(({ packages: has }) => has.includes(one)),
      ),
    ),
  };
};
