import { basename } from "node:path";
import { SeaworthyError } from "../core/index.ts";
import { type Lookup, type ParsedFile, placeOf, problemsError, topLevelScalar } from "../source/index.ts";

const NAME = /^[a-z0-9][a-z0-9_-]*$/;
const RULE = "expected lower-case letters, digits, - and _, beginning with a letter or digit";

const fromFolder = (folder: string): string => {
  const cleaned = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
  if (cleaned !== "") return cleaned;
  throw new SeaworthyError(
    "INPUT_INVALID",
    `the folder ${folder} gives no project name: set name: in the compose file, or COMPOSE_PROJECT_NAME`,
  );
};

/** The project's name by the rule of the Compose Specification (04-version-and-name): COMPOSE_PROJECT_NAME, the last file's `name:`, the folder's name. */
export const projectName = (files: readonly ParsedFile[], folder: string, lookup: Lookup): string => {
  const fromEnvironment = lookup("COMPOSE_PROJECT_NAME");
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    if (NAME.test(fromEnvironment)) return fromEnvironment;
    throw new SeaworthyError("INPUT_INVALID", `COMPOSE_PROJECT_NAME is "${fromEnvironment}": ${RULE}`);
  }
  for (const file of files.toReversed()) {
    const written = topLevelScalar(file, "name", lookup);
    if (written === undefined || written.value === null) continue;
    if (written.problems !== undefined) throw problemsError(written.problems);
    if (NAME.test(written.text)) return written.text;
    throw problemsError([
      { code: "INPUT_INVALID", place: placeOf(written), message: `name: "${written.text}" is not a project name: ${RULE}` },
    ]);
  }
  return fromFolder(folder);
};
