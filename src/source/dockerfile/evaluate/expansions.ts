import type { Instruction } from "../instructions/instruction.ts";
import type { MappedText } from "../mapped-text.ts";
import type { ExpandOptions } from "../words/expansion.ts";

/** A text in which an instruction replaces variables, and how. */
export interface Expandable {
  readonly word: MappedText;
  readonly options?: ExpandOptions;
}

const HEREDOC: ExpandOptions = { quotesAreText: true, escape: 0x5c };
const SPLIT: ExpandOptions = { split: true };

const all = (words: readonly (MappedText | undefined)[], options?: ExpandOptions): readonly Expandable[] =>
  words.flatMap((word) => (word === undefined ? [] : [options === undefined ? { word } : { word, options }]));

/**
 * Which parts of an instruction are expanded. The commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK are not: their shell does that.
 * ARG and FROM follow rules of their own. Source: the Expand methods in frontend/dockerfile/instructions/commands.go of moby/buildkit.
 */
export const expandablesOf = (instruction: Instruction): readonly Expandable[] => {
  switch (instruction.keyword) {
    case "ENV":
    case "LABEL":
      return all(instruction.pairs.flatMap(({ key, value }) => [key, value]));
    case "USER":
    case "WORKDIR":
    case "STOPSIGNAL":
      return all([instruction.value]);
    case "VOLUME":
      return all(instruction.words);
    case "EXPOSE":
      return all(instruction.words, SPLIT);
    case "COPY":
    case "ADD": {
      const { sources, destination, chown, chmod, checksum } = instruction;
      const paths = sources.flatMap((source) => (source.kind === "path" ? [source.word] : []));
      const bodies = sources.flatMap((source) =>
        source.kind === "heredoc" && source.heredoc?.expand === true ? [source.heredoc.body] : [],
      );
      return [...all([chown, chmod, checksum, ...paths, destination]), ...all(bodies, HEREDOC)];
    }
    case "RUN":
      return all(instruction.mounts.flatMap((mount) => mount.fields.map((field) => field.value)));
    default:
      return [];
  }
};
