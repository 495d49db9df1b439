import * as v from "valibot";
import { type ComposeNode, isNull, placeIn, placeOf } from "../../source/index.ts";
import { type Reading, report, unknownField } from "../read/reading.ts";

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** What was interpolated is text; where it reads as a number or a boolean, it stands for one, as it does everywhere in a compose file. */
const plainScalar = (value: string | number | boolean | null, interpolated: boolean): Plain => {
  if (!interpolated || typeof value !== "string") return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  return value === "true" || value === "false" ? value === "true" : value;
};

const plain = (node: ComposeNode): Plain => {
  if (node.kind === "sequence") return node.items.map(plain);
  if (node.kind === "scalar") return plainScalar(node.value, node.source.text.slice(node.start, node.end).includes("$"));
  const pairs = [...node.entries].filter(([key, entry]) => !key.startsWith("x-") && !isNull(entry.value));
  return Object.fromEntries(pairs.map(([key, entry]) => [key, plain(entry.value)]));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** What is inside of `optional`, and of the choices that a union offers the one that is a mapping. */
const mappingIn = (schema: unknown): unknown => {
  if (!isObject(schema)) return undefined;
  if ("wrapped" in schema) return mappingIn(schema["wrapped"]);
  if (!Array.isArray(schema["options"])) return schema;
  return schema["options"].map(mappingIn).find((option) => isObject(option) && "entries" in option) ?? schema;
};

const knownKeys = (schema: unknown, path: readonly (string | number)[]): readonly string[] => {
  const at = mappingIn(schema);
  if (!isObject(at)) return [];
  const fields = isObject(at["entries"]) ? at["entries"] : undefined;
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(fields ?? {});
  return knownKeys(fields?.[String(step)] ?? at["item"] ?? at["value"], rest);
};

type Issue = v.BaseIssue<unknown>;

/** A mapping that fits none of a union's choices failed at one of its keys: that is what to say. */
const innermost = (issue: Issue): readonly Issue[] => {
  const within = (issue.issues ?? []).filter(({ path }) => path !== undefined);
  return within.length === 0
    ? [issue]
    : within.flatMap(innermost).map((one): Issue => {
        const [first, ...rest] = [...(issue.path ?? []), ...(one.path ?? [])];
        return first === undefined ? one : { ...one, path: [first, ...rest] };
      });
};

const reportIssue = (issue: Issue, schema: v.GenericSchema<unknown, unknown>, node: ComposeNode, path: string, reading: Reading): void => {
  const keys = (issue.path ?? []).map((item) => item.key).filter((key) => typeof key === "string" || typeof key === "number");
  const place = placeIn(node, keys) ?? placeOf(node);
  const where = [...(path === "" ? [] : [path]), ...keys].join(".");
  const last = keys.at(-1);
  if (issue.type === "strict_object" && issue.expected === "never" && last !== undefined)
    unknownField(
      reading,
      place,
      String(last),
      [...(path === "" ? [] : [path]), ...keys.slice(0, -1)].join("."),
      knownKeys(schema, keys.slice(0, -1)),
    );
  else if (issue.type === "strict_object" && issue.received === "undefined") report(reading, place, `${where}: missing`);
  else if (issue.type === "never") report(reading, place, `${where} is not supported: ${issue.message}`, "FIELD_UNSUPPORTED");
  else report(reading, place, `${where}: ${issue.type === "strict_object" ? "expected a mapping" : issue.message}`);
};

/** What a node says, by a schema; undefined after every problem with it was reported at its place. `path` names the node for people. */
export const validated = <S extends v.GenericSchema<unknown, unknown>>(
  schema: S,
  node: ComposeNode,
  path: string,
  reading: Reading,
): v.InferOutput<S> | undefined => {
  const shape = mappingIn(schema);
  if (node.kind === "sequence" && isObject(shape) && "entries" in shape)
    return report(reading, node, `${path}: expected a mapping, got a sequence`);
  const result = v.safeParse(schema, plain(node));
  if (result.success) return result.output;
  for (const issue of result.issues.flatMap(innermost)) reportIssue(issue, schema, node, path, reading);
  return undefined;
};
