import { posix } from "node:path";
import { fileRule } from "../../dockerfile/define.ts";
import { isRemote, pathsOf } from "../../dockerfile/sources.ts";
import { written } from "../../dockerfile/walk.ts";

export const ignoredSource = fileRule({
  id: "dockerfile/ignored-source",
  aliases: ["buildkit:CopyIgnoredFile"],
  item: "clean-context",
  severity: "error",
  summary: "What is copied is not kept out by the ignore file.",
  why: "The builder never gets the file: the build fails with a message that the file, which is plainly there, is not found.",
  source: "https://docs.docker.com/reference/build-checks/copy-ignored-file/",
  examples: [
    {
      bad: { text: "FROM node:24\nCOPY src/main.js /app/\n", ignore: "src\n" },
      good: { text: "FROM node:24\nCOPY . /app/\nCOPY src /app/src\n", ignore: "*\n!src/*.js\n" },
    },
  ],
  applies: ({ ignore }) => ignore !== undefined || "no ignore file of its build context is at hand",
  *check(subject) {
    const { ignore } = subject;
    if (ignore === undefined) return;
    for (const one of written(subject, "COPY", "ADD")) {
      const { from, sources } = one.instruction;
      if (from !== undefined || one.later) continue;
      for (const { word, path } of pathsOf(one, sources)) {
        const plain = posix.join("/", path).slice(1).replace(/\/$/, "");
        const everything =
          plain === "" &&
          ignore.patterns.length > 0 &&
          ignore.patterns.every(({ exception }) => !exception) &&
          ignore.patterns.some(({ text }) => /^\/?\*\*?$/.test(text));
        if (everything)
          yield {
            at: word.range,
            message: "the ignore file keeps everything out of the build",
            advice: "Let in what the build needs: !src in the ignore file.",
          };
        if (plain === "" || isRemote(path) || /[*?[]/.test(plain)) continue;
        const letsInPart = ignore.patterns.some(({ exception, text }) => exception && text.replace(/^!\s*\/*/, "").startsWith(`${plain}/`));
        if (ignore.ignores(plain) && !letsInPart)
          yield {
            at: word.range,
            message: `${path} is kept out of the build by the ignore file`,
            advice: `Let it in: !${plain} in the ignore file; or do not copy it.`,
          };
      }
    }
  },
});
