/** The part of JSON Schema, draft 7, that our generated schemas use. A keyword that is not known here throws, so that nothing is passed by not looking. */
type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

const SAYS_NOTHING = new Set(["$schema", "$id", "definitions", "title", "description", "default"]);

/** What the formats that schemas ask for exclude; one that is not here throws. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  "iri-reference": /^[^\s<>"{}|\\^`]*$/,
  uri: /^[a-z][a-z0-9+.-]*:[^\s]*$/i,
  "idn-email": /@/,
  email: /@/,
};

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const isType = (value: unknown, type: unknown): boolean => typeOf(value) === type || (type === "number" && typeof value === "number");

/** Where `$ref` leads: `#/definitions/x` of the document that it stands in, or of another by its name. */
export type Documents = Readonly<Record<string, unknown>>;

/** The documents, and which of them is being read. */
interface Reading {
  readonly documents: Documents;
  readonly document: string;
}

const referred = (ref: string, { documents, document }: Reading): readonly [unknown, Reading] => {
  const [file = "", pointer = ""] = ref.split("#");
  const name = file === "" ? document : file;
  let found: unknown = documents[name];
  for (const key of pointer.split("/").filter((part) => part !== "")) found = isObject(found) ? found[key] : undefined;
  if (found === undefined) throw new Error(`nothing is known of ${ref}`);
  return [found, { documents, document: name }];
};

const inObject = (schema: Schema, value: unknown, at: string, reading: Reading): readonly string[] => {
  if (!isObject(value)) return [];
  const { properties, patternProperties, additionalProperties, required } = schema;
  const missing = (Array.isArray(required) ? required : []).filter((key) => !Object.hasOwn(value, String(key)));
  const inside = Object.entries(value).flatMap(([key, inner]) => {
    const named = isObject(properties) && Object.hasOwn(properties, key) ? [properties[key]] : [];
    const matching = isObject(patternProperties)
      ? Object.entries(patternProperties).flatMap(([pattern, one]) => (new RegExp(pattern, "u").test(key) ? [one] : []))
      : [];
    const all = [...named, ...matching];
    if (all.length === 0 && additionalProperties === false) return [`${at}/${key}: not allowed`];
    return (all.length === 0 && additionalProperties !== undefined ? [additionalProperties] : all).flatMap((one) =>
      against(one, inner, `${at}/${key}`, reading),
    );
  });
  return [...missing.map((key) => `${at}: ${String(key)} is missing`), ...inside];
};

const byKeyword = (keyword: string, said: unknown, schema: Schema, value: unknown, at: string, reading: Reading): readonly string[] => {
  const fits = (one: unknown): boolean => against(one, value, at, reading).length === 0;
  const unless = (holds: boolean): readonly string[] => (holds ? [] : [`${at}: ${keyword} ${JSON.stringify(said)}`]);
  switch (keyword) {
    case "type":
      return unless([said].flat().some((type) => isType(value, type)));
    case "enum":
      return unless(Array.isArray(said) && said.includes(value));
    case "pattern":
      return unless(typeof value !== "string" || new RegExp(String(said), "u").test(value));
    case "minLength":
      return unless(typeof value !== "string" || value.length >= Number(said));
    case "maxLength":
      return unless(typeof value !== "string" || value.length <= Number(said));
    case "minItems":
      return unless(!Array.isArray(value) || value.length >= Number(said));
    case "minimum":
      return unless(typeof value !== "number" || value >= Number(said));
    case "maximum":
      return unless(typeof value !== "number" || value <= Number(said));
    case "items":
      return Array.isArray(value)
        ? value.flatMap((one, index) => against(Array.isArray(said) ? said[index] : said, one, `${at}/${index}`, reading))
        : [];
    case "additionalItems":
      return unless(!Array.isArray(value) || !Array.isArray(schema["items"]) || said !== false || value.length <= schema["items"].length);
    case "maxItems":
      return unless(!Array.isArray(value) || value.length <= Number(said));
    case "uniqueItems":
      return unless(!Array.isArray(value) || new Set(value.map((one) => JSON.stringify(one))).size === value.length);
    case "format": {
      const format = FORMATS[String(said)];
      if (format === undefined) throw new Error(`${at}: this validator does not know the format ${String(said)}`);
      return unless(typeof value !== "string" || format.test(value));
    }
    case "const":
      return unless(value === said);
    case "$ref": {
      const [found, within] = referred(String(said), reading);
      return against(found, value, at, within);
    }
    case "anyOf":
      return unless(Array.isArray(said) && said.some(fits));
    case "oneOf":
      return unless(Array.isArray(said) && said.filter(fits).length === 1);
    case "allOf":
      return Array.isArray(said) ? said.flatMap((one) => against(one, value, at, reading)) : [];
    case "properties":
      return inObject(schema, value, at, reading);
    case "additionalProperties":
    case "patternProperties":
    case "required":
      return Object.hasOwn(schema, "properties") ? [] : inObject(schema, value, at, reading);
    default:
      if (SAYS_NOTHING.has(keyword)) return [];
      throw new Error(`${at}: this validator does not know ${keyword}`);
  }
};

const against = (schema: unknown, value: unknown, at: string, reading: Reading): readonly string[] => {
  if (!isObject(schema)) return schema === false ? [`${at}: not allowed`] : [];
  // Beside a reference nothing else counts (draft 7, 8.3).
  const keywords = Object.hasOwn(schema, "$ref") ? [["$ref", schema["$ref"]] as const] : Object.entries(schema);
  return keywords.flatMap(([keyword, said]) => byKeyword(keyword, said, schema, value, at, reading));
};

/** What of the value is against the schema, a line each; empty when nothing is. `documents`: those that it refers to, by name. */
export const violations = (schema: unknown, value: unknown, documents: Documents = {}): readonly string[] =>
  against(schema, value, "", { documents: { ...documents, "": schema }, document: "" });
