import type { Range } from "../../core/index.ts";
import type { Dockerfile, Instruction } from "../../source/dockerfile/index.ts";
import type { Comment } from "../comments.ts";
import type { BlockOf } from "../kics-comments.ts";
import { peerComments } from "../peer-comments.ts";
import type { RuleSettings } from "../../project/index.ts";
import { ownComments, type Suppression } from "../suppression.ts";

type Extent = NonNullable<Suppression["within"]>;

/** `# hadolint ignore=DL3006,SC2086 # why`; a token of any other form voids all of it, as in hadolint. */
const HADOLINT = /^#\s*hadolint\s+(?:(global|stage)\s+)?ignore\s*=\s*((?:DL|SC)\d+(?:\s*,\s*(?:DL|SC)\d+)*)\s*(?:#\s*(.*))?$/;
const BUILDKIT = /^#\s*check\s*=\s*(.*)$/i;
const SKIPPED = /(?:^|;)\s*skip\s*=\s*([^;]*)/i;

const extentOf = ({ start, end }: Range): Extent => ({ start: start.offset, end: Math.max(end.offset, start.offset + 1) });

/** The first of those that lie one behind the other that ends behind an offset. */
const firstEndingAfter = <T extends { readonly range: Range }>(all: readonly T[], at: number): T | undefined => {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.range.end.offset ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return all[low];
};

/** What a comment speaks of: the instruction it stands in, else the next. */
const instructionOf = (file: Dockerfile, at: number): Instruction | undefined => firstEndingAfter(file.instructions, at);

const namesOf = (tool: string, list: string): readonly string[] =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => `${tool}:${name === "all" ? "*" : name}`);

const hadolint = (file: Dockerfile, { text, range }: Comment): readonly Suppression[] => {
  const [, scope, ids = "", reason = ""] = HADOLINT.exec(text) ?? [];
  if (ids === "") return [];
  const next = instructionOf(file, range.start.offset);
  const stage = firstEndingAfter(file.stages, range.start.offset);
  const extent = scope === "stage" ? stage?.range : next?.range;
  const { path } = file.source;
  return [
    {
      form: "peer",
      rules: namesOf("hadolint", ids),
      reason: reason.trim() || "ignored for hadolint",
      ...(scope === "global" || extent === undefined ? {} : { within: extentOf(extent) }),
      files: path,
      path,
      range,
    },
  ];
};

/** `check=skip=Rule,Rule // reason`, of a directive for the whole file, of a comment for the instruction below it. */
const buildkit = (file: Dockerfile, value: string, range: Range, within?: Extent): readonly Suppression[] => {
  const [settings = "", reason = ""] = value.split(/\s\/\/\s?/, 2);
  const [, list = ""] = SKIPPED.exec(settings) ?? [];
  const rules = namesOf("buildkit", list);
  const { path } = file.source;
  const words = reason.trim() || "skipped for BuildKit's checks";
  return rules.length === 0
    ? []
    : [{ form: "peer", rules, reason: words, ...(within === undefined ? {} : { within }), files: path, path, range }];
};

/** What other tools hold for a line, a Dockerfile holds for an instruction, however many lines it has. */
const forInstruction = (file: Dockerfile, suppression: Suppression): Suppression => {
  const { lines, ...rest } = suppression;
  const at = suppression.range?.start.offset;
  const instruction = lines === undefined || at === undefined ? undefined : instructionOf(file, at);
  return instruction === undefined ? suppression : { ...rest, within: extentOf(instruction.range) };
};

/** From the instruction below to the end of its stage. */
const stageBelow =
  (file: Dockerfile): BlockOf =>
  (source, offset) => {
    const start = instructionOf(file, offset)?.range.start.offset ?? offset;
    return { start, end: firstEndingAfter(file.stages, start)?.range.end.offset ?? source.text.length };
  };

/** All ignores of a Dockerfile: ours, hadolint's (instruction, stage, global), BuildKit's (file, instruction), Trivy's, Checkov's.
 * The build argument BUILDKIT_DOCKERFILE_CHECK stands for the directive, as in BuildKit. */
export const dockerfileSuppressions = (file: Dockerfile, { dockerfile }: RuleSettings = {}): readonly Suppression[] => {
  const { source } = file;
  const given = dockerfile?.buildArgs?.["BUILDKIT_DOCKERFILE_CHECK"];
  const directives =
    given === undefined
      ? file.directives.flatMap(({ name, value, range }) => (name === "check" ? buildkit(file, value, range) : []))
      : buildkit(file, given, source.range(0, 0));
  if (!source.text.includes("#") || !/ignore|skip|kics-scan/i.test(source.text)) return directives;
  const comments = file.comments.map(({ range }): Comment => ({
    text: source.text.slice(range.start.offset, range.end.offset).trimEnd(),
    range,
  }));
  const ofInstruction = comments.flatMap((comment) => {
    const [, value] = BUILDKIT.exec(comment.text) ?? [];
    const next = instructionOf(file, comment.range.start.offset);
    return value === undefined || next === undefined ? [] : buildkit(file, value, comment.range, extentOf(next.range));
  });
  return [
    ...directives,
    ...ofInstruction,
    ...comments.flatMap((comment) => hadolint(file, comment)),
    ...[...ownComments(source, comments), ...peerComments(source, comments, stageBelow(file))].map((one) => forInstruction(file, one)),
  ];
};
