import type { WorkflowFile } from "../../source/workflow/index.ts";
import { yamlComments, linesOf } from "../comments.ts";
import type { Suppression } from "../suppression.ts";

interface Extent {
  readonly start: number;
  readonly end: number;
}

const COMMENT = /#\s*zizmor:\s*ignore\[([^\]]*)\]\s*(.*)$/;

/** Findings of the whole file, which any comment in it may speak of. */
const OF_FILE = new Set(["concurrency-limits", "anonymous-definition"]);
/** Findings that belong to a job wherever in it they show. */
const OF_JOB = new Set(["secrets-outside-env"]);

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;
const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
};

const whole = (text: string, start: number, end: number): Extent => ({ start: lineStart(text, start), end: lineEnd(text, end) });

const extentsOf = (file: WorkflowFile): { readonly jobs: readonly Extent[]; readonly parts: readonly Extent[] } => {
  const { text } = file.source;
  if (file.dialect === "github-workflow")
    return {
      jobs: file.jobs.map((job) => whole(text, job.key.start, job.node.end)),
      parts: file.jobs.flatMap((job) => job.steps.map(({ node }) => whole(text, node.start, node.end))),
    };
  const nodes = file.dialect === "github-action" ? file.steps : file.dialect === "dependabot" ? file.updates : [];
  return { jobs: [], parts: nodes.map(({ node }) => whole(text, node.start, node.end)) };
};

const around = (extents: readonly Extent[], at: number): Extent | undefined => extents.find(({ start, end }) => start <= at && at <= end);

/**
 * `# zizmor: ignore[rule,rule] why`. zizmor lets it stand on any line of what a finding is about: for most findings that is the step (or Dependabot's entry),
 * for some the job or the file.
 */
export const zizmorComments = (file: WorkflowFile): readonly Suppression[] => {
  const { source } = file;
  if (!source.text.includes("zizmor")) return [];
  const { jobs, parts } = extentsOf(file);
  return yamlComments(source).flatMap(({ text, range }) => {
    const [, ids, reason = ""] = COMMENT.exec(text) ?? [];
    if (ids === undefined) return [];
    const at = range.start.offset;
    const job = around(jobs, at);
    const onJobKey = job !== undefined && source.position(job.start).line === range.start.line;
    return ids
      .split(",")
      .map((id) => id.trim())
      .filter((id) => id !== "")
      .map((id): Suppression => {
        const within = OF_FILE.has(id) ? { start: 0, end: source.text.length } : OF_JOB.has(id) || onJobKey ? job : around(parts, at);
        return {
          form: "peer",
          rules: [`zizmor:${id}`],
          reason: reason.trim() || "ignored for zizmor",
          lines: [range.start.line, ...linesOf(source, range.start.line)],
          ...(within === undefined ? {} : { within }),
          files: source.path,
          path: source.path,
          range,
        };
      });
  });
};
