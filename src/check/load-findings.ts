import type { Finding } from "../checklist/index.ts";
import { ERRORS, type ErrorCode } from "../core/index.ts";
import type { Settings } from "../project/index.ts";
import type { Problem } from "../source/index.ts";

const RULES: Partial<Readonly<Record<ErrorCode, string>>> = {
  FIELD_UNKNOWN: "input/unknown-field",
  FIELD_UNSUPPORTED: "input/unsupported-field",
  INPUT_NOT_FOUND: "input/missing-file",
  VARIABLE_MISSING: "input/missing-variable",
};

/** What keeps a project from being loaded, as findings: each alone is enough for a release to be refused. */
export const loadFindings = (problems: readonly Problem[], project: Pick<Settings, "files">): readonly Finding[] =>
  problems.map(({ code, place, message }) => ({
    rule: RULES[code] ?? "input/invalid",
    severity: "error",
    confidence: "certain",
    message,
    advice: ERRORS[code].hint,
    path: place?.path ?? project.files[0]?.path ?? "compose.yaml",
    ...(place === undefined ? {} : { range: (code === "FIELD_UNKNOWN" ? place.key : place.value) ?? place.range }),
  }));
