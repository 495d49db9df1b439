import type { DockerfileSubject } from "../../subject.ts";
import { fileRule } from "../../dockerfile/define.ts";
import type { Instruction } from "../../../source/dockerfile/index.ts";

/** BuildKit looks at it only when asked to; so do we, or in the strict profile. */
const isAsked = ({ file, settings }: DockerfileSubject): boolean =>
  settings.profile === "strict" ||
  file.directives.some(
    ({ name, value }) => name === "check" && /(?:^|;)\s*experimental\s*=[^;]*\b(?:all|InvalidDefinitionDescription)\b/.test(value),
  );

/** What the comment above describes; nothing for what has no name. */
const describedBy = (instruction: Instruction): readonly string[] => {
  if (instruction.keyword === "FROM") return instruction.name === undefined ? [] : [instruction.name.text];
  return instruction.keyword === "ARG" ? instruction.args.map(({ name }) => name.text) : [];
};

export const definitionDescription = fileRule({
  id: "dockerfile/definition-description",
  aliases: ["buildkit:InvalidDefinitionDescription"],
  severity: "info",
  profile: "strict",
  summary: "A comment right above a named stage or an ARG describes it: `# name what it is`.",
  why: "With --call=outline, docker build shows such comments beside targets and arguments. Any other comment there is shown as if it were a description, or not at all.",
  source: "https://docs.docker.com/reference/build-checks/invalid-definition-description/",
  examples: [
    {
      bad: "# check=experimental=InvalidDefinitionDescription\n# compiles the application\nFROM node:24 AS build\n",
      good: "# check=experimental=InvalidDefinitionDescription\n# build compiles the application\nFROM node:24 AS build\n",
    },
  ],
  applies: (subject) => isAsked(subject) || "descriptions of stages and arguments were not asked to be checked",
  *check({ file }) {
    for (const instruction of file.instructions) {
      const names = describedBy(instruction);
      const comment = instruction.comments.at(-1);
      if (names.length === 0 || comment === undefined || comment.inside || /^check\s*=/.test(comment.text)) continue;
      const adjacent = instruction.range.start.line - comment.range.start.line === 1;
      if (adjacent && comment.text !== "" && !instruction.comments.some(({ text }) => names.some((name) => text.startsWith(`${name} `))))
        yield {
          at: instruction.head,
          message: `the comment above does not describe ${names.join(", ")}`,
          advice: `Begin it with the name, # ${names[0]} ..., or put an empty line between.`,
        };
    }
  },
});
