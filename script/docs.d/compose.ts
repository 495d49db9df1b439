import { REFUSED_BUILD_FIELDS, REFUSED_SERVICE_FIELDS, REFUSED_TOP_LEVEL } from "../../src/project/read/refused.ts";
import { SERVICE_FIELDS } from "../../src/project/read/service-fields.ts";
import { code, table } from "./markdown.ts";

const refused = (fields: Readonly<Record<string, string>>): string =>
  table(
    ["field", "why"],
    Object.entries(fields).map(([field, why]) => [code(field), why]),
  );

/** The generated part of docs/guide/compose.md: which fields are read, and which are refused and why. */
export const composeFields = (): string =>
  [
    "### Fields of a service that are read",
    `${Object.keys(SERVICE_FIELDS).toSorted().map(code).join(", ")}.`,
    "### Fields of a service that are refused",
    refused(REFUSED_SERVICE_FIELDS),
    "### Fields of `build` that are refused",
    refused(REFUSED_BUILD_FIELDS),
    "### Top-level keys that are refused",
    refused(REFUSED_TOP_LEVEL),
  ].join("\n\n");
