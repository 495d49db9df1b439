import { relative, resolve } from "node:path";
import * as v from "valibot";
import { formatPlace, readTextFile, SeaworthyError, SourceText } from "../../core/index.ts";
import { type JsonPath, walkJson } from "./json-walk.ts";

const MAX_SHOWN = 20;

/** A JSON file of somebody else's, and where in it something stands. */
export interface JsonFile {
  /** As the user would name it. */
  readonly shown: string;
  readonly value: unknown;
  /** `file:line:column` of a value, or of the nearest one around it that is there. */
  placeOf(path: JsonPath): string;
  /** The same of each item of an array at the top, in one go. */
  placesIn(key: string): readonly string[];
}

const starts = (path: JsonPath, whole: JsonPath): boolean =>
  path.length <= whole.length && path.every((step, index) => step === whole[index]);

/** Reads a JSON file, at most `maxBytes` of it. @throws what readTextFile throws, INPUT_INVALID at the place where it is no JSON */
export const readJsonFile = (file: string, cwd: string, maxBytes: number): JsonFile => {
  const path = resolve(cwd, file);
  const near = relative(cwd, path);
  const shown = near === "" || near.startsWith("..") ? path : near;
  // A mark of byte order is no part of it, and moves no column.
  const source = new SourceText(shown, readTextFile(path, maxBytes).replace(/^\uFEFF/, ""));
  const at = (offset: number): string => formatPlace(shown, source.range(offset, offset));
  let value: unknown;
  try {
    value = JSON.parse(source.text);
  } catch (error) {
    const offset = walkJson(source.text, () => undefined) ?? source.text.length;
    const what = offset >= source.text.length ? "it ends too early" : "this is no JSON";
    throw new SeaworthyError("INPUT_INVALID", `${at(offset)}: ${source.text.trim() === "" ? "the file is empty" : what}`, { cause: error });
  }
  return {
    shown,
    value,
    placeOf: (wanted) => {
      let best = 0;
      let depth = -1;
      walkJson(source.text, (each, offset) => {
        if (each.length > depth && starts(each, wanted)) {
          depth = each.length;
          best = offset;
        }
      });
      return at(best);
    },
    placesIn: (key) => {
      const places: string[] = [];
      walkJson(source.text, (each, offset) => {
        if (each.length === 2 && each[0] === key) places.push(at(offset));
      });
      return places;
    },
  };
};

/** What is wrong, where the schema's own words are for keys. */
const wordsOf = ({ type, received, expected, message }: v.BaseIssue<unknown>): string => {
  if (type !== "object" && type !== "strict_object") return message;
  if (received === "undefined") return "missing";
  return expected === "never" ? "unknown key" : message;
};

const within = (path: JsonPath): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");

/** What the file says, by a schema. @throws INPUT_INVALID with every problem at its place */
export const parsedFile = <S extends v.GenericSchema<unknown, unknown>>(file: JsonFile, schema: S, what: string): v.InferOutput<S> => {
  const result = v.safeParse(schema, file.value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const problems = result.issues.slice(0, MAX_SHOWN).map((issue) => {
    const path = (issue.path ?? []).flatMap(({ key }) => (typeof key === "string" || typeof key === "number" ? [key] : []));
    return `${file.placeOf(path)}: ${path.length === 0 ? "" : `${within(path)}: `}${wordsOf(issue)}`;
  });
  const more = result.issues.length - problems.length;
  const [first = ""] = problems;
  throw new SeaworthyError(
    "INPUT_INVALID",
    problems.length === 1 ? first : `${file.shown} is no ${what}: ${result.issues.length} problems`,
    {
      problems: problems.length === 1 ? [] : more === 0 ? problems : [...problems, `and ${more} more`],
    },
  );
};
