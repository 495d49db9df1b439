/** The part of JSON Schema, draft 7, that our generated schemas use. A keyword that is not known here throws, so that nothing is passed by not looking. */
type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

const SAYS_NOTHING = new Set(["$schema", "title", "description", "default"]);

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const isType = (value: unknown, type: unknown): boolean => typeOf(value) === type || (type === "number" && typeof value === "number");

const inObject = (schema: Schema, value: unknown, at: string): readonly string[] => {
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
      violations(one, inner, `${at}/${key}`),
    );
  });
  return [...missing.map((key) => `${at}: ${String(key)} is missing`), ...inside];
};

const byKeyword = (keyword: string, said: unknown, schema: Schema, value: unknown, at: string): readonly string[] => {
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
      return Array.isArray(value) ? value.flatMap((one, index) => violations(said, one, `${at}/${index}`)) : [];
    case "anyOf":
      return unless(Array.isArray(said) && said.some((one) => violations(one, value, at).length === 0));
    case "properties":
      return inObject(schema, value, at);
    case "additionalProperties":
    case "patternProperties":
    case "required":
      return Object.hasOwn(schema, "properties") ? [] : inObject(schema, value, at);
    default:
      if (SAYS_NOTHING.has(keyword)) return [];
      throw new Error(`${at}: this validator does not know ${keyword}`);
  }
};

/** What of the value is against the schema, a line each; empty when nothing is. */
export const violations = (schema: unknown, value: unknown, at = ""): readonly string[] => {
  if (!isObject(schema)) return schema === false ? [`${at}: not allowed`] : [];
  return Object.entries(schema).flatMap(([keyword, said]) => byKeyword(keyword, said, schema, value, at));
};
