import type { Finding } from "../../checklist/index.ts";
import { type Range, SourceText } from "../../core/index.ts";
import type { Project } from "../../project/index.ts";
import type { ScalarNode } from "../../source/index.ts";
import { entries, get } from "../../source/yaml/index.ts";

/** A Dockerfile written into a compose file. */
export interface InlineDockerfile {
  readonly service: string;
  /** What is built, under the compose file's name. */
  readonly source: SourceText;
  readonly node: ScalarNode;
}

export const inlineDockerfiles = (project: Project): readonly InlineDockerfile[] =>
  entries(project.written, "services").flatMap(([service, { value }]) => {
    const node = get(value, "build", "dockerfile_inline");
    if (node?.kind !== "scalar" || typeof node.value !== "string") return [];
    return [{ service, source: new SourceText(node.source.path, node.text), node }];
  });

/** Where a stretch of the inline text stands in the compose file: line by line in a literal block, the whole value in any other style. */
const placed = ({ node, source }: InlineDockerfile, range: Range): Range => {
  const { source: file, start, end } = node;
  if (file.text[start] !== "|") return file.range(start, end);
  const first = file.position(start).line;
  const offsetOf = ({ line, column }: Range["start"]): number => {
    const written = file.line(first + line);
    // What interpolation shortened, the indentation makes up for at most.
    const indent = written.length - written.trimStart().length - (source.line(line).length - source.line(line).trimStart().length);
    return Math.min(file.offsetOfLine(first + line) + Math.max(0, indent) + column - 1, file.offsetOfLine(first + line) + written.length);
  };
  return file.range(offsetOf(range.start), offsetOf(range.end));
};

/** A finding about the inline text as one about the compose file. A fix of the inline text is none of the file's. */
export const findingInFile = (inline: InlineDockerfile, { fix: _, ...finding }: Finding): Finding => ({
  ...finding,
  service: inline.service,
  range: placed(inline, finding.range ?? inline.source.range(0, 0)),
});
