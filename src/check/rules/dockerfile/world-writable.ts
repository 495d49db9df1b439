import { runCommands, wordsOf } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

/** Writable for everybody; with the sticky bit, as /tmp is, not for deleting others' files. */
const isOpen = (mode: string): boolean =>
  /^[0-7]*[2367]$/.test(mode) ? !/^0?1[0-7]{3}$/.test(mode) : /^(?:[ugoa]*[oa][ugoa]*|)[+=][rxXst]*w/.test(mode);

export const worldWritable = fileRule({
  id: "dockerfile/world-writable",
  aliases: ["kics:avoid_chmod_777"],
  item: "non-root",
  severity: "info",
  summary: "No file of the image is writable for everybody.",
  why: "A process of whatever user can then replace the program that the next start runs: what USER was set for is undone.",
  source: "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
  examples: [
    { bad: "FROM debian:12\nRUN chmod -R 777 /app\n", good: "FROM debian:12\nRUN chmod 1777 /scratch && chmod 755 /app\n" },
    { bad: "FROM debian:12\nCOPY --chmod=0777 run /run\n", good: "FROM debian:12\nRUN chmod u+w,g=rx /app\n" },
  ],
  *check(subject) {
    const advice = "Give the files to the user that needs them: COPY --chown, chmod u+w.";
    for (const { command, range } of runCommands(subject, "chmod")) {
      const mode = wordsOf(command).find((word) => /^[0-7]{1,5}$|^[ugoa]*[+=-]/.test(word) && !/^-(?:[Rcfv]+|-.*)$/.test(word));
      const open = mode?.split(",").find(isOpen);
      if (open !== undefined) yield { at: range, message: `chmod ${mode} lets everybody write`, advice };
    }
    for (const one of written(subject, "COPY", "ADD")) {
      const { chmod } = one.instruction;
      const mode = chmod === undefined ? undefined : textOf(one, chmod);
      if (chmod !== undefined && mode !== undefined && mode.split(",").some(isOpen))
        yield { at: chmod.range, message: `--chmod=${mode} lets everybody write`, advice };
    }
  },
});
