import { isAbsolute, resolve } from "node:path";
import { hasCode, readTextFile, SeaworthyError, SourceText } from "../../core/index.ts";
import { type ComposeNode, parseDotenv } from "../../source/index.ts";
import { object, type Reader, type Reading, report } from "./reading.ts";
import { mapOf, name, oneOf, text, truth } from "./scalars.ts";

const MAX_FILE_BYTES = 1024 * 1024;

/** Names as the user would: relative to the folder when inside it. */
const shownPath = (path: string, folder: string): string => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path);

const ENV_FILE = object({ path: name, required: truth, format: oneOf("raw") });

const readVariables = (
  node: ComposeNode,
  path: string,
  reading: Reading,
  file: string,
  required: boolean,
  raw: boolean,
): readonly (readonly [string, string])[] => {
  const absolute = isAbsolute(file) ? file : resolve(reading.folder, file);
  const shown = shownPath(absolute, reading.folder);
  try {
    const source = new SourceText(shown, readTextFile(absolute, MAX_FILE_BYTES));
    const values = [...parseDotenv(source, reading.lookup, raw)];
    return values.flatMap(([key, value]) => {
      const known = value ?? reading.lookup(key);
      return known === undefined ? [] : [[key, known] as const];
    });
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND")) {
      if (required) report(reading, node, `${path}: there is no file ${shown}`, "INPUT_NOT_FOUND");
      return [];
    }
    if (!(error instanceof SeaworthyError)) throw error;
    for (const line of error.problems.length > 0 ? error.problems : [error.message])
      reading.problems.push({ code: error.code, message: line });
    return [];
  }
};

type Variables = Readonly<Record<string, string>>;

/** `env_file`, and `label_file`, which is written alike: one path or several, each with `required: false` and `format: raw` if need be; later files win. */
export const envFiles: Reader<Variables> = (node, path, reading) => {
  if (node.kind !== "sequence") return report(reading, node, `${path}: expected a path or a list of paths`);
  const pairs = node.items.flatMap((item, index) => {
    const where = `${path}[${index}]`;
    const long = item.kind === "mapping" ? ENV_FILE(item, where, reading) : { path: name(item, where, reading) };
    if (long?.path === undefined) return [];
    const { required = true, format } = { required: undefined, format: undefined, ...long };
    return readVariables(item, where, reading, long.path, required, format === "raw");
  });
  return Object.fromEntries(pairs);
};

/**
 * `environment`: a variable without a value is passed through from where Seaworthy runs (the environment, then `.env`), and left out when it is not set
 * there, as the Compose Specification says.
 */
export const environment: Reader<Variables> = (node, path, reading) => {
  const written = mapOf(text)(node, path, reading);
  if (written === undefined) return undefined;
  if (node.kind === "mapping" && Object.keys(written).some((key) => key === "" || key.includes("=") || key.includes("\0")))
    return report(reading, node, `${path}: a variable's name is empty or holds "="`);
  const pairs = Object.entries(written).map(([key, value]) => [key, value ?? reading.lookup(key)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
};
