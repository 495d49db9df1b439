import type { Range } from "../../core/index.ts";

/**
 * `error`: BuildKit refuses the file, with this message (its own words, quotes and all). `warning`: BuildKit accepts what can hardly be meant.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly range: Range;
}

export type DiagnosticCode =
  | "empty-file"
  | "no-stages"
  | "no-stage-yet"
  | "line-too-long"
  | "directive"
  | "heredoc-unterminated"
  | "heredoc-destination"
  | "unknown-instruction"
  | "arguments"
  | "json-not-strings"
  | "key-value"
  | "flag"
  | "mount"
  | "duplicate-mount-key"
  | "stage-name"
  | "onbuild"
  | "healthcheck"
  | "expansion"
  | "reference"
  | "expose"
  | "signal"
  | "target";

export type Report = (code: DiagnosticCode, message: string, range: Range, severity?: Diagnostic["severity"]) => void;

/** A file with more of them is no Dockerfile. */
const MAX_DIAGNOSTICS = 1000;

/** Collects what is reported, errors unless said otherwise. */
export const reportTo =
  (diagnostics: Diagnostic[]): Report =>
  (code, message, range, severity = "error") => {
    if (diagnostics.length < MAX_DIAGNOSTICS) diagnostics.push({ code, severity, message, range });
  };

/** Text in double quotes as Go's `%q` prints it. */
export const quoted = (text: string): string =>
  // JSON's escapes are Go's but for these.
  JSON.stringify(text).replaceAll(/\\u00([01][0-9a-f])|\u007f/g, (_all, digits: string | undefined) =>
    digits === undefined ? "\\x7f" : digits === "07" ? "\\a" : digits === "0b" ? "\\v" : `\\x${digits}`,
  );
