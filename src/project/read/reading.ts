import { type ErrorCode, SeaworthyError } from "../../core/index.ts";
import { type ComposeNode, didYouMean, entryPlace, isNull, type Lookup, type Place, placeOf, type Problem } from "../../source/index.ts";

/** What every reader needs beside the node: where problems go, what relative paths start from, and the environment. */
export interface Reading {
  readonly problems: Problem[];
  /** Absolute. */
  readonly folder: string;
  readonly lookup: Lookup;
  /** For rules that judge what cannot be run: problems are reported all the same, but what was meant is kept where it can be told. Default false. */
  readonly lenient?: boolean;
}

/** Turns a node into a value. Undefined after it reported a problem. `path` names the field for people: `services.web.ports`. */
export type Reader<T> = (node: ComposeNode, path: string, reading: Reading) => T | undefined;

export const report = (reading: Reading, at: ComposeNode | Place, message: string, code: ErrorCode = "INPUT_INVALID"): undefined => {
  reading.problems.push({ code, place: "kind" in at ? placeOf(at) : at, message });
  return undefined;
};

/** Runs a parser of core; its refusal becomes a problem at the node. */
export const attempt = <T>(node: ComposeNode, path: string, reading: Reading, parse: () => T): T | undefined => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    return report(reading, node, `${path}: ${error.message}`, error.code);
  }
};

type Fields = Readonly<Record<string, Reader<unknown>>>;
export type Read<F extends Fields> = { readonly [K in keyof F]?: NonNullable<ReturnType<F[K]>> };

export const describe = (node: ComposeNode): string => {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  return node.value === null ? "nothing" : typeof node.value === "string" ? "text" : `a ${typeof node.value}`;
};

/**
 * A mapping of known fields. Every unknown one is reported with the nearest known name, every refused one with its reason; `x-` extensions are ignored,
 * as the Compose Specification says, and so are fields without a value.
 */
export const object =
  <const F extends Fields>(fields: F, refused: Readonly<Record<string, string>> = {}): Reader<Read<F>> =>
  (node, path, reading) => {
    if (isNull(node)) return {};
    if (node.kind !== "mapping") return report(reading, node, `${path}: expected a mapping, got ${describe(node)}`);
    const result: Record<string, unknown> = {};
    for (const [key, entry] of node.entries) {
      const reader = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const reason = Object.hasOwn(refused, key) ? refused[key] : undefined;
      if (reader !== undefined) {
        const value = isNull(entry.value) ? undefined : reader(entry.value, `${path}.${key}`, reading);
        if (value !== undefined) result[key] = value;
      } else if (reason !== undefined)
        report(reading, entryPlace(entry), `${path}.${key} is not supported: ${reason}`, "FIELD_UNSUPPORTED");
      else if (!key.startsWith("x-"))
        unknownField(reading, entryPlace(entry), key, path, [...Object.keys(fields), ...Object.keys(refused)]);
    }
    // The loop above put exactly what each field's reader returned under its key.
    return result as Read<F>;
  };

export const unknownField = (reading: Reading, place: Place, key: string, path: string, known: readonly string[]): void => {
  const meant = didYouMean(key, known);
  const where = path === "" ? "at the top of the file" : `in ${path}`;
  report(reading, place, `unknown field "${key}" ${where}${meant === undefined ? "" : `; did you mean "${meant}"?`}`, "FIELD_UNKNOWN");
};
