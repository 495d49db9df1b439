import { fileRule } from "../../dockerfile/define.ts";
import { isHistory } from "../../dockerfile/sources.ts";
import { valueOf, written } from "../../dockerfile/walk.ts";

export const destinationSlash = fileRule({
  id: "dockerfile/destination-slash",
  aliases: ["hadolint:DL3021", "trivy:DS-0011", "kics:copy_with_more_than_two_arguments_not_ending_with_slash"],
  severity: "error",
  summary: "COPY of several files goes to a directory, with a slash at its end.",
  why: "Without the slash the destination means a file: BuildKit refuses the line, older builders overwrite one file with the next.",
  source: "https://docs.docker.com/reference/dockerfile/#destination",
  examples: [
    { bad: "FROM node:24\nCOPY package.json package-lock.json /app\n", good: "FROM node:24\nCOPY package.json package-lock.json /app/\n" },
    { bad: 'FROM node:24\nCOPY ["a", "b", "/app"]\n', good: "FROM node:24\nWORKDIR /app\nCOPY a b .\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "COPY")) {
      const { keyword, sources, destination } = one.instruction;
      if (keyword !== "COPY" || sources.length < 2 || destination === undefined || isHistory(sources)) continue;
      const last = valueOf(one, destination).at(-1);
      if (typeof last === "string" && !/[/\\]$|^\.\.?$/.test(last) && !/\\["']?$/.test(destination.text))
        yield {
          at: destination.range,
          message: `${sources.length} files cannot become the one file ${destination.text}`,
          advice: `Write ${destination.text}/.`,
        };
    }
  },
});
