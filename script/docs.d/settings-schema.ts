import { type Section, SECTIONS } from "../../src/project/index.ts";
import { registrySettingsSchema } from "../../src/registry/policy/settings-schema.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

const DRAFT = "http://json-schema.org/draft-07/schema#";

const sections = (scope: Section["scope"]): JsonSchema =>
  Object.fromEntries(
    SECTIONS.filter((section) => section.scope === scope).map(({ key, docs, schema }) => [
      key,
      { ...jsonSchemaOf(schema, { variables: true }), description: docs },
    ]),
  );

const settings = (scope: Section["scope"], more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties: { ...sections(scope), ...more },
  patternProperties: { "^x-": {} },
  additionalProperties: false,
});

/** For `registry.yaml` in a registry's data folder. */
export const registryFileSchema = (): JsonSchema => ({
  $schema: DRAFT,
  title: "Settings of a registry, registry.yaml in its data folder",
  ...jsonSchemaOf(registrySettingsSchema),
});

/** For `.seaworthy.yaml`. */
export const settingsFileSchema = (): JsonSchema => ({
  $schema: DRAFT,
  title: "Seaworthy's settings, .seaworthy.yaml",
  ...settings("project", {
    services: {
      description: "By service of the compose file beside it, what its own x-seaworthy would say.",
      type: "object",
      additionalProperties: settings("service"),
    },
  }),
});

const ofContents = (what: string): JsonSchema => ({
  type: "object",
  additionalProperties: {
    type: ["object", "null"],
    properties: { "x-seaworthy": { description: `Where the content of this ${what} comes from.`, ...settings("content") } },
  },
});

/** For `x-seaworthy` in a compose file; of the rest of that file it says nothing. */
export const composeExtensionSchema = (): JsonSchema => ({
  $schema: DRAFT,
  title: "Seaworthy's settings in a compose file, x-seaworthy",
  type: "object",
  properties: {
    "x-seaworthy": { description: "Seaworthy's settings of the project.", ...settings("project") },
    services: {
      type: "object",
      additionalProperties: {
        type: ["object", "null"],
        properties: { "x-seaworthy": { description: "Seaworthy's settings of this service.", ...settings("service") } },
      },
    },
    secrets: ofContents("secret"),
    configs: ofContents("config"),
  },
});
