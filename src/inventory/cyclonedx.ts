import { uuidOf } from "./document-id.ts";
import type { Inventory } from "./inventory.ts";
import type { FoundPackage } from "./package.ts";

export interface SbomOptions {
  /** As the image or the folder was asked for. */
  readonly image: string;
  /** Version of Seaworthy. */
  readonly tool: string;
}

/** One component however many files tell of it. */
const byPurl = (packages: readonly FoundPackage[]): readonly (readonly [string, readonly FoundPackage[]])[] => [
  ...Map.groupBy(packages, ({ purl }) => purl),
];

const property = (name: string, value: string): { readonly name: string; readonly value: string } => ({ name: `seaworthy:${name}`, value });

const component = ([purl, same]: readonly [string, readonly FoundPackage[]]): object => {
  const [first] = same;
  const licenses = [...new Set(same.flatMap((one) => one.licenses))];
  return {
    type: "library",
    "bom-ref": purl,
    ...(first?.namespace === undefined ? {} : { group: first.namespace }),
    name: first?.name ?? "",
    version: first?.version ?? "",
    ...(licenses.length === 0 ? {} : { licenses: licenses.map((name) => ({ license: { name } })) }),
    purl,
    properties: same.flatMap(({ path, layer, ownedBy, source }) => [
      property("path", path),
      ...(layer === undefined ? [] : [property("layer", layer)]),
      ...(ownedBy === undefined ? [] : [property("owned-by", ownedBy)]),
      ...(source === undefined ? [] : [property("source", `${source.name}@${source.version}`)]),
    ]),
  };
};

/** CycloneDX 1.6 (cyclonedx.org/docs/1.6/json): the same image gives the same bytes, so it carries no time. */
export const cyclonedx = ({ digest, distribution, packages }: Inventory, { image, tool }: SbomOptions): string => {
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
    ...byPurl(packages).map(component),
  ];
  const subject =
    digest === undefined
      ? { type: "application", "bom-ref": image, name: image }
      : { type: "container", "bom-ref": digest, name: image, version: digest };
  const body = {
    metadata: { tools: { components: [{ type: "application", name: "seaworthy", version: tool }] }, component: subject },
    components,
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
