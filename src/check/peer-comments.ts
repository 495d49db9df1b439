import type { SourceText } from "../core/index.ts";
import { type Comment, linesOf } from "./comments.ts";
import type { Suppression } from "./suppression.ts";

const CHECKOV = /^#\s*checkov:skip\s*=\s*([\w,]+)\s*(?::\s*(.*))?$/i;
const TRIVY = /\b(?:trivy|tfsec):ignore:([\w*-]+)(?::exp:(\d{4}-\d{2}-\d{2}))?/gi;
const WORD_OF_TRIVY = /\s*(?:trivy|tfsec):ignore:\S+/gi;

const named = (tool: string, ids: string): readonly string[] =>
  ids
    .split(",")
    .filter((id) => id !== "")
    .map((id) => `${tool}:${id}`);

/** Checkov's holds for the whole file, as its manual says. */
const checkov = (source: SourceText, { text, range }: Comment): readonly Suppression[] => {
  const match = CHECKOV.exec(text);
  if (match === null) return [];
  const base = { form: "peer" as const, files: source.path, path: source.path, range };
  return [{ ...base, rules: named("checkov", match[1] ?? ""), reason: match[2]?.trim() || "skipped for Checkov" }];
};

/** Trivy's holds for its own line or the next; several may stand on one line, the rest of the comment is the reason. */
const trivy = (source: SourceText, { text, range }: Comment): readonly Suppression[] =>
  [...text.matchAll(TRIVY)].map(([, id = "", until]) => ({
    form: "peer",
    rules: named("trivy", id),
    reason: text.replace(WORD_OF_TRIVY, "").replace(/^#\s*/, "").trim() || "ignored for Trivy",
    ...(until === undefined ? {} : { until }),
    lines: linesOf(source, range.start.line),
    files: source.path,
    path: source.path,
    range,
  }));

/** Ignores in the comment forms of tools that read several kinds of files: `#trivy:ignore:ID[:exp:DATE]`, `#checkov:skip=ID:reason`. */
export const peerComments = (source: SourceText, comments: readonly Comment[]): readonly Suppression[] =>
  comments.flatMap((comment) => [...checkov(source, comment), ...trivy(source, comment)]);
