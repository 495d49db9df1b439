import { createHash } from "node:crypto";
import { uuidOf } from "../core/index.ts";
import { flawWords } from "../image/index.ts";
import { type SbomOptions, timeOf } from "./cyclonedx.ts";
import type { Inventory } from "./inventory.ts";
import { broughtBy, type BaseImage } from "./base-image.ts";
import { licencesOf } from "./licences.ts";
import { needsOf } from "./needs.ts";
import type { FoundPackage } from "./package.ts";

const NONE = "NOASSERTION";

const idOf = (text: string): string => `SPDXRef-${createHash("sha256").update(text).digest("hex").slice(0, 20)}`;

const described = (name: string, id: string, rest: object): object => ({
  SPDXID: id,
  name,
  downloadLocation: NONE,
  filesAnalyzed: false,
  licenseConcluded: NONE,
  copyrightText: NONE,
  ...rest,
});

const packageOf = (purl: string, same: readonly FoundPackage[], base: BaseImage | undefined): object => {
  const [first] = same;
  const licences = licencesOf(same);
  const origin = broughtBy(first?.layerIndex, base);
  return described(first?.namespace === undefined ? (first?.name ?? "") : `${first.namespace}/${first.name}`, idOf(purl), {
    versionInfo: first?.version ?? "",
    licenseDeclared: "expression" in licences ? licences.expression : NONE,
    ...("words" in licences && licences.words.length > 0 ? { licenseComments: `as written: ${licences.words.join("; ")}` } : {}),
    ...(origin === undefined ? {} : { comment: origin === "base" ? "of the base image" : "of the image's own layers" }),
    sourceInfo: `found in ${[...new Set(same.map(({ path, layer }) => (layer === undefined ? path : `${path} of the layer ${layer}`)))].join(", ")}`,
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  });
};

/**
 * SPDX 2.3 as JSON (spdx.github.io/spdx-spec/v2.3). The same image gives the same bytes, so the time it asks for is the one that is given, else that of the image,
 * else the first second of 1970.
 */
export const spdx = (inventory: Inventory, { image, tool, createdAt }: SbomOptions): string => {
  const { digest, packages, base, flaws = [] } = inventory;
  const root = "SPDXRef-image";
  const all = [...Map.groupBy(packages, ({ purl }) => purl)];
  const body = {
    packages: [
      described(image, root, {
        versionInfo: digest ?? NONE,
        licenseDeclared: NONE,
        ...(flaws.length === 0 ? {} : { comment: flaws.map(flawWords).join("\n") }),
        primaryPackagePurpose: digest === undefined ? "APPLICATION" : "CONTAINER",
        ...(digest?.startsWith("sha256:") === true ? { checksums: [{ algorithm: "SHA256", checksumValue: digest.slice(7) }] } : {}),
      }),
      ...all.map(([purl, same]) => packageOf(purl, same, base)),
    ],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: root },
      ...all.map(([purl]) => ({ spdxElementId: root, relationshipType: "CONTAINS", relatedSpdxElement: idOf(purl) })),
      ...all
        .filter(([, same]) => same.some(({ direct }) => direct === true))
        .map(([purl]) => ({ spdxElementId: root, relationshipType: "DEPENDS_ON", relatedSpdxElement: idOf(purl) })),
      ...[...needsOf(inventory)].flatMap(([from, needed]) =>
        needed.map((to) => ({ spdxElementId: idOf(from), relationshipType: "DEPENDS_ON", relatedSpdxElement: idOf(to) })),
      ),
    ],
  };
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: image,
    documentNamespace: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    creationInfo: { created: timeOf(inventory, createdAt) ?? "1970-01-01T00:00:00Z", creators: [`Tool: seaworthy-${tool}`] },
    ...body,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};
