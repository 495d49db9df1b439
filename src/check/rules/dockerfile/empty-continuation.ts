import { fileRule } from "../../dockerfile/define.ts";

export const emptyContinuation = fileRule({
  id: "dockerfile/empty-continuation",
  aliases: ["buildkit:NoEmptyContinuation"],
  severity: "info",
  summary: "No empty line stands inside an instruction that goes on.",
  why: "The reader takes the instruction for ended where the builder reads on; empty lines there are deprecated and will be an error.",
  source: "https://docs.docker.com/reference/build-checks/no-empty-continuation/",
  examples: [{ bad: "FROM node:24\nEXPOSE \\\n\n80\n", good: "FROM node:24\nEXPOSE \\\n# web\n80\n" }],
  *check({ file }) {
    for (const { blankLines, keyword } of file.instructions) {
      const [first] = blankLines;
      if (first !== undefined)
        yield {
          at: first,
          message: `an empty line inside ${keyword === "UNKNOWN" ? "an instruction" : keyword}`,
          advice: "Remove it; a comment may stand there.",
        };
    }
  },
});
