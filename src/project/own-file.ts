import * as v from "valibot";
import { readTextFile, SourceText } from "../core/index.ts";
import { parseYaml, problemsError, readTrees } from "../source/index.ts";
import { validated } from "./config/validate.ts";
import type { Reading } from "./read/reading.ts";

/**
 * Reads a YAML file of its own kind by a schema: every problem at its line and column, unknown keys with the nearest known one.
 * `shown` is how its path stands in messages. An empty file has the schema's defaults.
 * @throws INPUT_INVALID, FIELD_UNKNOWN with all problems; INPUT_NOT_FOUND, INPUT_TOO_LARGE
 */
export const readOwnFile = <S extends v.GenericSchema<unknown, unknown>>(path: string, schema: S, shown = path): v.InferOutput<S> => {
  const { trees, problems } = readTrees(parseYaml(new SourceText(shown, readTextFile(path))));
  if (problems.length > 0) throw problemsError(problems);
  const [tree, second] = trees;
  if (tree === undefined) return v.parse(schema, {});
  const reading: Reading = { problems: [], folder: "", lookup: () => undefined };
  const value = validated(schema, tree, "", reading);
  const all =
    second === undefined ? reading.problems : [{ code: "INPUT_INVALID" as const, message: `${shown}: only one document is read` }];
  if (value === undefined || all.length > 0) throw problemsError(all);
  return value;
};
