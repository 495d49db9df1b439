import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../../shared/vectors");

/** Third-party test data beside the repository; absent in a plain clone. */
export const haveVectors = existsSync(join(FOLDER, "MANIFEST-trust.md"));
export const WITHOUT_VECTORS = "../shared/vectors is not here";

export const vectorPath = (...path: readonly string[]): string => join(FOLDER, ...path);
export const vectorText = (...path: readonly string[]): string => readFileSync(vectorPath(...path), "utf8");
/** One JSON document a line; [] where the data is absent. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the rows it reads
export const vectorLines = <Row>(...path: readonly string[]): readonly Row[] =>
  haveVectors
    ? vectorText(...path)
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line) as Row)
    : [];
