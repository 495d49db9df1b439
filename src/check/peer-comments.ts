import type { SourceText } from "../core/index.ts";
import { type Comment, linesOf } from "./comments.ts";
import { type BlockOf, isAtTop, kicsComment, yamlBlock } from "./kics-comments.ts";
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

const DCLINT = /^#\s*dclint\s+(disable-file|disable-next-line|disable-line|disable)\b[\s,]*(.*)$/;

/** The rules that a dclint comment names; after ` -- ` or a second `#` stands the reason. */
const dclintRules = (said: string): { readonly rules: readonly string[]; readonly reason: string } => {
  const [ids = "", ...reason] = said.split(/\s+(?:--+|#)\s*/);
  const named = ids.split(/[\s,]+/).filter((id) => id !== "");
  return {
    rules: named.length === 0 ? ["dclint:*"] : named.map((id) => `dclint:${id}`),
    reason: reason.join(" ").trim() || "disabled for dclint",
  };
};

/** `disable` and `disable-file` hold for the whole file when they stand in its first comment; `disable-line` for its own line or the next. */
const dclint = (source: SourceText, { text, range }: Comment): readonly Suppression[] => {
  const [, form, said = ""] = DCLINT.exec(text) ?? [];
  if (form === undefined) return [];
  const base = { form: "peer" as const, ...dclintRules(said), files: source.path, path: source.path, range };
  if (form === "disable-line" || form === "disable-next-line") return [{ ...base, lines: linesOf(source, range.start.line) }];
  return isAtTop(source, range.start.offset) ? [form === "disable-file" ? { ...base, rules: ["dclint:*"] } : base] : [];
};

/** Ignores in the comment forms of tools that read several kinds of files: `#trivy:ignore:ID[:exp:DATE]`, `#checkov:skip=ID:reason`, `# dclint disable-line RULE`, `# kics-scan ignore-line`. */
export const peerComments = (source: SourceText, comments: readonly Comment[], blockOf: BlockOf = yamlBlock): readonly Suppression[] =>
  comments.flatMap((comment) => [
    ...checkov(source, comment),
    ...trivy(source, comment),
    ...dclint(source, comment),
    ...kicsComment(source, comment, blockOf),
  ]);
