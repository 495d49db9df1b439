import { uuidOf } from "../core/index.ts";
import type { Inventory } from "./inventory.ts";
import { type BaseImage, broughtBy } from "./base-image.ts";
import { isListed } from "./licence-ids.ts";
import { licencesOf } from "./licences.ts";
import { needsOf } from "./needs.ts";
import type { FoundPackage } from "./package.ts";

export interface SbomOptions {
  /** As the image or the folder was asked for. */
  readonly image: string;
  /** Version of Seaworthy. */
  readonly tool: string;
  /** Milliseconds since 1970, of `SOURCE_DATE_EPOCH`; absent: as the image says. */
  readonly createdAt?: number;
}

/** To the second, without what would be another time for the same image; undefined when nobody says. */
export const timeOf = ({ created }: Pick<Inventory, "created">, createdAt?: number): string | undefined => {
  const time = createdAt ?? Date.parse(created ?? "");
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString().replace(/\.\d+Z$/, "Z") : undefined;
};

/** One by its identifier, or an expression, or names: never two of these together. */
const licensesIn = (same: readonly FoundPackage[]): readonly object[] => {
  const known = licencesOf(same);
  if ("words" in known) return known.words.map((one) => ({ license: isListed(one) ? { id: one } : { name: one } }));
  return [isListed(known.expression) ? { license: { id: known.expression } } : { expression: known.expression }];
};

/** One component however many files tell of it. */
const byPurl = (packages: readonly FoundPackage[]): readonly (readonly [string, readonly FoundPackage[]])[] => [
  ...Map.groupBy(packages, ({ purl }) => purl),
];

const property = (name: string, value: string): { readonly name: string; readonly value: string } => ({ name: `seaworthy:${name}`, value });

const component = ([purl, same]: readonly [string, readonly FoundPackage[]], base: BaseImage | undefined): object => {
  const [first] = same;
  const licenses = licensesIn(same);
  return {
    type: first?.type === "generic" || first?.type === "bitnami" ? "application" : "library",
    "bom-ref": purl,
    ...(first?.namespace === undefined ? {} : { group: first.namespace }),
    name: first?.name ?? "",
    version: first?.version ?? "",
    ...(licenses.length === 0 ? {} : { licenses }),
    purl,
    properties: same.flatMap(({ path, layer, layerIndex, ownedBy, source, development }) => [
      property("path", path),
      ...(layer === undefined ? [] : [property("layer", layer)]),
      ...[broughtBy(layerIndex, base) ?? []].flat().map((origin) => property("origin", origin)),
      ...(ownedBy === undefined ? [] : [property("owned-by", ownedBy)]),
      ...(source === undefined ? [] : [property("source", `${source.name}@${source.version}`)]),
      ...(development === true ? [property("development", "true")] : []),
    ]),
  };
};

/** CycloneDX 1.6 (cyclonedx.org/docs/1.6/json): the same image gives the same bytes, so its time is the one that is given, else the image's. */
export const cyclonedx = (inventory: Inventory, { image, tool, createdAt }: SbomOptions): string => {
  const { digest, distribution, packages, base } = inventory;
  const components = [
    ...(distribution === undefined
      ? []
      : [
          {
            type: "operating-system",
            "bom-ref": `os:${distribution.id}`,
            name: distribution.id,
            ...(distribution.version === undefined ? {} : { version: distribution.version }),
            description: distribution.name,
          },
        ]),
    ...byPurl(packages).map((one) => component(one, base)),
  ];
  const subject =
    digest === undefined
      ? { type: "application", "bom-ref": image, name: image }
      : { type: "container", "bom-ref": digest, name: image, version: digest };
  const timestamp = timeOf(inventory, createdAt);
  const needs = needsOf(inventory);
  const needed = new Set([...needs.values()].flat());
  const direct = new Set(packages.flatMap((one) => (one.direct === true ? [one.purl] : [])));
  // What nothing else needs, or a lock file calls asked for, is what the image itself has been given.
  const own = [...new Set(packages.map(({ purl }) => purl))].filter((purl) => direct.has(purl) || !needed.has(purl));
  // Of the document itself: what it lists is not all that is in the image, or not what the image says it is.
  const flaws = (inventory.flaws ?? []).map(({ id, message }) => property(id, message));
  const body = {
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      tools: { components: [{ type: "application", name: "seaworthy", version: tool }] },
      component: subject,
    },
    components,
    dependencies: [
      { ref: subject["bom-ref"], ...(own.length === 0 ? {} : { dependsOn: own }) },
      ...[...needs].map(([ref, dependsOn]) => ({ ref, dependsOn })),
    ],
    ...(flaws.length === 0 ? {} : { properties: flaws }),
  };
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};
