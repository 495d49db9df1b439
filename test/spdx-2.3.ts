/**
 * What SPDX 2.3 asks of the parts that are written (spdx.github.io/spdx-spec/v2.3, and its `spdx-schema.json`): names, what has to be there, and the words that a field
 * may have. Nothing else may stand there.
 */
const text = { type: "string", minLength: 1 };
const object = (properties: Readonly<Record<string, unknown>>, required: readonly string[]): object => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const ID = { type: "string", pattern: "^SPDXRef-[A-Za-z0-9.-]+$" };

export const SPDX_2_3 = object(
  {
    spdxVersion: { const: "SPDX-2.3" },
    dataLicense: { const: "CC0-1.0" },
    SPDXID: { const: "SPDXRef-DOCUMENT" },
    name: text,
    documentNamespace: { type: "string", pattern: "^[a-z][a-z0-9+.-]*:[^#\\s]+$" },
    creationInfo: object(
      {
        created: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
        creators: { type: "array", minItems: 1, items: { type: "string", pattern: "^(?:Tool|Person|Organization): ." } },
      },
      ["created", "creators"],
    ),
    packages: {
      type: "array",
      items: object(
        {
          SPDXID: ID,
          name: text,
          versionInfo: { type: "string" },
          downloadLocation: text,
          filesAnalyzed: { const: false },
          licenseConcluded: text,
          licenseDeclared: text,
          licenseComments: text,
          copyrightText: text,
          sourceInfo: text,
          comment: text,
          primaryPackagePurpose: {
            enum: "OTHER INSTALL ARCHIVE FIRMWARE APPLICATION FRAMEWORK LIBRARY CONTAINER SOURCE DEVICE OPERATING_SYSTEM FILE".split(" "),
          },
          checksums: {
            type: "array",
            items: object({ algorithm: { enum: ["SHA256", "SHA512"] }, checksumValue: { type: "string", pattern: "^[0-9a-f]{64,128}$" } }, [
              "algorithm",
              "checksumValue",
            ]),
          },
          externalRefs: {
            type: "array",
            items: object(
              {
                referenceCategory: { enum: ["OTHER", "PERSISTENT-ID", "SECURITY", "PACKAGE-MANAGER"] },
                referenceType: text,
                referenceLocator: { type: "string", pattern: "^[^\\s]+$" },
              },
              ["referenceCategory", "referenceType", "referenceLocator"],
            ),
          },
        },
        ["SPDXID", "name", "downloadLocation"],
      ),
    },
    relationships: {
      type: "array",
      items: object({ spdxElementId: ID, relatedSpdxElement: ID, relationshipType: { enum: ["DESCRIBES", "CONTAINS", "DEPENDS_ON"] } }, [
        "spdxElementId",
        "relatedSpdxElement",
        "relationshipType",
      ]),
    },
  },
  ["SPDXID", "creationInfo", "dataLicense", "documentNamespace", "name", "packages", "relationships", "spdxVersion"],
);
