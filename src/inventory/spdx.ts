import { createHash } from "node:crypto";
import type { SbomOptions } from "./cyclonedx.ts";
import { uuidOf } from "./document-id.ts";
import type { Inventory } from "./inventory.ts";
import type { FoundPackage } from "./package.ts";

/** Licences that packages name most, as SPDX lists them (spdx.org/licenses). What is written otherwise is told as it was written: nobody's guess. */
const LISTED = new Set(
  "0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 CDDL-1.0 EPL-1.0 EPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 OpenSSL PostgreSQL PSF-2.0 Python-2.0 Ruby Unlicense WTFPL Zlib".split(
    " ",
  ),
);

const isExpression = (text: string): boolean => text.split(/ (?:AND|OR) /).every((one) => LISTED.has(one));

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

const packageOf = (purl: string, same: readonly FoundPackage[]): object => {
  const [first] = same;
  const licenses = [...new Set(same.flatMap((one) => one.licenses))];
  const [only] = licenses;
  const listed = licenses.length === 1 && only !== undefined && isExpression(only);
  return described(first?.namespace === undefined ? (first?.name ?? "") : `${first.namespace}/${first.name}`, idOf(purl), {
    versionInfo: first?.version ?? "",
    licenseDeclared: listed ? only : NONE,
    ...(licenses.length === 0 || listed ? {} : { licenseComments: `as written: ${licenses.join("; ")}` }),
    sourceInfo: `found in ${[...new Set(same.map(({ path, layer }) => (layer === undefined ? path : `${path} of the layer ${layer}`)))].join(", ")}`,
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  });
};

/**
 * SPDX 2.3 as JSON (spdx.github.io/spdx-spec/v2.3). The same image gives the same bytes, so the time it asks for is that of `SOURCE_DATE_EPOCH`, else the first second
 * of 1970.
 */
export const spdx = (
  { digest, packages }: Inventory,
  { image, tool, createdAt = 0 }: SbomOptions & { readonly createdAt?: number },
): string => {
  const root = "SPDXRef-image";
  const all = [...Map.groupBy(packages, ({ purl }) => purl)];
  const body = {
    packages: [
      described(image, root, {
        versionInfo: digest ?? NONE,
        licenseDeclared: NONE,
        primaryPackagePurpose: digest === undefined ? "APPLICATION" : "CONTAINER",
        ...(digest?.startsWith("sha256:") === true ? { checksums: [{ algorithm: "SHA256", checksumValue: digest.slice(7) }] } : {}),
      }),
      ...all.map(([purl, same]) => packageOf(purl, same)),
    ],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: root },
      ...all.map(([purl]) => ({ spdxElementId: root, relationshipType: "CONTAINS", relatedSpdxElement: idOf(purl) })),
    ],
  };
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: image,
    documentNamespace: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    creationInfo: { created: new Date(createdAt).toISOString().replace(/\.\d+Z$/, "Z"), creators: [`Tool: seaworthy-${tool}`] },
    ...body,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};
