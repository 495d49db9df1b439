import { SourceText } from "../../core/index.ts";

const SEPARATOR = /^---(?:[ \t].*)?$/m;
const SOURCE = /^# Source: (\S.*)$/m;

/**
 * What `helm template` or `helm install --dry-run` prints, as one text for each of the chart's files, named by its `# Source:` comments. Places then count from
 * the first line of what that file came to. A text without such comments is returned whole, under the given path.
 */
export const splitHelmOutput = (source: SourceText): readonly SourceText[] => {
  if (!SOURCE.test(source.text)) return [source];
  const parts = source.text.split(SEPARATOR).map((part) => part.replace(/^\r?\n/, ""));
  const named = Map.groupBy(
    parts.filter((part) => part.trim() !== ""),
    (part) => SOURCE.exec(part)?.[1]?.trim() ?? source.path,
  );
  return [...named].map(([path, texts]) => new SourceText(path, texts.join("---\n")));
};
