import type { Range } from "../../../core/index.ts";
import { UNKNOWN } from "../../../source/shell/index.ts";
import { runCommands } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { secretValueIn } from "../../../source/secrets/index.ts";

/** Which secret a word holds by its form. One that a variable completes is told where the variable is set. */
const written = (text: string): string | undefined => (text.includes(UNKNOWN) ? undefined : secretValueIn(text));

export const secretInCommand = fileRule({
  id: "dockerfile/secret-in-command",
  aliases: [],
  item: "runtime-secrets",
  severity: "error",
  confidence: "certain",
  summary: "No command of a build holds a secret.",
  why: "The history of an image shows every command of a build to whoever can pull the image, and the file is in git for ever.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    {
      bad: "FROM debian:12\nRUN git clone https://shop:hunter2@git.example/shop.git\n",
      good: 'FROM debian:12\nRUN --mount=type=secret,id=token git clone "https://shop:$(cat /run/secrets/token)@git.example/shop.git"\n',
    },
    {
      bad: "FROM node:24\nRUN NPM_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345 npm ci\n",
      good: "FROM node:24\nARG TOKEN\nRUN git clone https://shop:$TOKEN@git.example/shop.git\n",
    },
  ],
  *check(subject) {
    const said = new Set<string>();
    for (const { script, command } of runCommands(subject))
      for (const { text, start, end } of [...command.assignments, ...command.args]) {
        const secret = written(text);
        const at: Range = script.rangeOf(start, end);
        const place = `${at.start.offset}`;
        if (secret === undefined || said.has(place)) continue;
        said.add(place);
        yield {
          at,
          message: `${command.name === "" ? "a command" : command.name} is given ${secret} in the file`,
          advice: "Revoke it, for it is in the history now; give the new one as RUN --mount=type=secret,id=... and read /run/secrets/<id>.",
        };
      }
  },
});
