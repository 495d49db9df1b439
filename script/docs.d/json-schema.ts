/** JSON Schema (draft 7) from the valibot schemas that the code validates with. What it cannot express it leaves open; it refuses nothing that the code takes. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Where variables are replaced, any value may be written as one: `port: ${PORT}`. */
const VARIABLE: JsonSchema = { type: "string", pattern: "\\$" };

interface Options {
  /** Whether values may be written as variables. */
  readonly variables: boolean;
}

const orVariable = (schema: JsonSchema, { variables }: Options): JsonSchema => {
  const { description, default: value, ...rest } = schema;
  return variables
    ? {
        ...(description === undefined ? {} : { description }),
        ...(value === undefined ? {} : { default: value }),
        anyOf: [...(Array.isArray(rest["anyOf"]) ? rest["anyOf"] : [rest]), VARIABLE],
      }
    : schema;
};

/** The steps after the first of all pipes, in order. */
const actionsOf = (schema: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] => {
  const pipe: readonly unknown[] = Array.isArray(schema["pipe"]) ? schema["pipe"] : [];
  return pipe.flatMap((step) => (isObject(step) ? (step["kind"] === "schema" ? actionsOf(step) : [step]) : []));
};

const keywords = (action: Readonly<Record<string, unknown>>): JsonSchema => {
  const { type, requirement } = action;
  switch (type) {
    case "description":
      return { description: action["description"] };
    case "metadata":
      return isObject(action["metadata"]) ? action["metadata"] : {};
    case "regex":
      return requirement instanceof RegExp ? { pattern: requirement.source } : {};
    case "integer":
      return { type: "integer" };
    case "min_value":
      return { minimum: requirement };
    case "max_value":
      return { maximum: requirement };
    case "max_entries":
      return { maxProperties: requirement };
    case "max_length":
      return { maxLength: requirement };
    // What only code can say.
    case "check":
    case "transform":
    case "raw_transform":
    case "to_lower_case":
    case "min_length":
      return {};
    default:
      throw new Error(`no JSON Schema for the action ${String(type)}`);
  }
};

const objectOf = (entries: Readonly<Record<string, unknown>>, options: Options): JsonSchema => {
  const fields = Object.entries(entries).filter(([, field]) => !isNever(field));
  const required = fields.flatMap(([key, field]) => (isObject(field) && !String(field["type"]).endsWith("optional") ? [key] : []));
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([key, field]) => [key, jsonSchemaOf(field, options)])),
    ...(options.variables ? { patternProperties: { "^x-": {} } } : {}),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
};

/** A key that is refused with its reason. */
const isNever = (schema: unknown): boolean =>
  isObject(schema) && (schema["type"] === "never" || ("wrapped" in schema && isNever(schema["wrapped"])));

const bare = (schema: Readonly<Record<string, unknown>>, options: Options): JsonSchema => {
  const { type, entries, item, value, options: choices, literal } = schema;
  const smallest = actionsOf(schema).find((action) => action["type"] === "min_length")?.["requirement"];
  switch (type) {
    case "string":
      return { type: "string", ...(smallest === undefined ? {} : { minLength: smallest }) };
    case "number":
    case "boolean":
      return { type };
    case "literal":
      return { enum: [literal] };
    case "picklist":
      return { enum: choices };
    case "array":
      return { type: "array", items: jsonSchemaOf(item, options), ...(smallest === undefined ? {} : { minItems: smallest }) };
    case "record":
      return { type: "object", additionalProperties: jsonSchemaOf(value, options) };
    case "strict_object":
      return objectOf(isObject(entries) ? entries : {}, options);
    case "union": {
      const all = (Array.isArray(choices) ? choices : []).map((choice: unknown) =>
        jsonSchemaOf(choice, isObject(choice) && OPEN.has(String(choice["type"])) ? options : { variables: false }),
      );
      return { anyOf: all.flatMap((one) => (Array.isArray(one["anyOf"]) ? one["anyOf"] : [one])) };
    }
    default:
      throw new Error(`no JSON Schema for the type ${String(type)}`);
  }
};

const OPEN = new Set(["array", "record", "strict_object"]);

/** The schema of one value. @throws for a type or action that is not known here */
export const jsonSchemaOf = (schema: unknown, options: Options = { variables: false }): JsonSchema => {
  if (!isObject(schema)) throw new Error("no schema");
  if (isObject(schema["wrapped"])) {
    const inner = jsonSchemaOf(schema["wrapped"], options);
    const value = schema["default"];
    return value === undefined ? inner : { ...inner, default: value };
  }
  const all = actionsOf(schema).map(keywords);
  const whole: JsonSchema = Object.assign({}, bare(schema, options), ...all);
  const isPlain = whole["type"] === "string" && whole["pattern"] === undefined && whole["enum"] === undefined;
  return isPlain || OPEN.has(String(schema["type"])) ? whole : orVariable(whole, options);
};
