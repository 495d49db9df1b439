import * as v from "valibot";
import { isoTime, isRequestTarget, isSeaworthyError, parseByteSize, parseDuration, parsePlatform } from "../../core/index.ts";

/** One section of `x-seaworthy`: its key, what it may hold with its defaults, and a sentence for the reference page. */
export interface Section {
  readonly key: string;
  /** `project`: under the top-level `x-seaworthy`; `service`: under a service's; `content`: under that of a secret or config. */
  readonly scope: "project" | "service" | "content";
  readonly docs: string;
  readonly schema: v.GenericSchema<unknown, unknown>;
}

/** Checks the shape of a section without losing what its schema infers. */
export const section = <const S extends Section>(value: S): S => value;

/** A schema with what its key is for, in a sentence: the reference page, the JSON Schema and so editors show it. */
export const described = <const S extends v.GenericSchema<unknown, unknown>>(words: string, schema: S) =>
  v.pipe(schema, v.description(words));

/** The JSON Schema's form of what only code can say in full: a pattern that refuses nothing that is accepted here. */
export const pattern = (regex: RegExp) => v.metadata<string, { readonly pattern: string }>({ pattern: regex.source });

const DURATION = /^\s*(?:0|(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d|w))+)\s*$/;
const SIZE = /^\s*\d+(?:\.\d+)?\s*(?:[kKmMgGtT](?:[iI]?[bB])?|[bB])?\s*$/;
const PLATFORM = /^[a-z0-9_-]+\/[a-z0-9_-]+(?:\/[a-z0-9_-]*)?$/;

/** Text that a parser of core accepts; its refusal is what is told. */
export const parsed = <T>(what: string, shape: RegExp, parse: (text: string) => T) =>
  v.pipe(
    v.string(`expected ${what}`),
    pattern(shape),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        if (!isSeaworthyError(error)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  );

export const durationSchema = parsed("a duration such as 30s", DURATION, parseDuration);
export const sizeSchema = parsed("a size such as 200mb", SIZE, parseByteSize);
export const platformSchema = parsed("a platform such as linux/amd64", PLATFORM, parsePlatform);

export const wordSchema = v.pipe(v.string("expected text"), v.minLength(1, "expected text, got an empty value"));
/** Text, or a number or boolean that stands for it, as in a compose file's environment. */
export const textSchema = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "expected text"),
  v.transform((value) => String(value)),
);
export const flag = v.boolean("expected true or false");
export const listSchema = v.array(wordSchema, "expected a list");

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** 2027-02-30 becomes March when parsed, so a day that comes back changed is none. */
const isDay = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && isoTime(time).startsWith(text);
};

export const dateSchema = v.pipe(
  wordSchema,
  v.check((text) => DATE.test(text) && isDay(text), "expected a date such as 2027-03-01"),
  pattern(DATE),
);
export const portSchema = v.pipe(
  v.number("expected a port number"),
  v.integer("expected a port number"),
  v.minValue(1, "a port is from 1 to 65535"),
  v.maxValue(65_535, "a port is from 1 to 65535"),
);
export const commandSchema = v.pipe(
  v.array(v.string("expected text"), "expected a list of a program and its arguments"),
  v.minLength(1, "expected a program and its arguments"),
);
/** It goes into requests and into the proxy's configuration as it is. */
export const pathSchema = v.pipe(
  wordSchema,
  v.check(
    isRequestTarget,
    "expected a path that begins with /, of at most 512 letters, digits and -._~!$&()*+,;=:@%/? (others are written as %20)",
  ),
  pattern(/^\//),
);

/** A key that the design has and this version cannot honour: refused with its reason, never ignored. */
export const later = (why = "not in this version") => v.optional(v.never(why));
