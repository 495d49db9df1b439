import type { ShellCommand } from "../../../source/shell/index.ts";
import { runCommands, wordsOf } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { isArchive } from "../../dockerfile/sources.ts";
import { written } from "../../dockerfile/walk.ts";

const nameOf = (path: string): string => path.replaceAll(/["']/g, "").split(/[\\/]/).at(-1) ?? "";

/** What ADD makes needless for a compressed tar, together with the tar that follows. */
const UNCOMPRESS = ["gunzip", "bunzip2", "unxz", "unlzma", "uncompress", "unzstd"];

const unpacksTar = (command: ShellCommand): boolean =>
  command.name !== "tar" ||
  wordsOf(command).some((word, index) => /^-[a-zA-Z]*x|^--extract$|^--get$/.test(word) || (index === 0 && /^[a-zA-Z]*x/.test(word)));

export const unpackedArchive = fileRule({
  id: "dockerfile/unpacked-archive",
  aliases: ["hadolint:DL3010"],
  item: "minimal-base",
  severity: "info",
  summary: "A local archive is unpacked by ADD, not copied and then unpacked.",
  why: "The layer of the COPY keeps the archive for ever beside what was unpacked from it, even when the RUN deletes it.",
  source: "https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives",
  examples: [
    {
      bad: "FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar -xzf /opt/app.tar.gz -C /opt\n",
      good: "FROM debian:12\nADD app.tar.gz /opt/\n",
    },
    {
      bad: "FROM debian:12\nCOPY app.tar /opt/a.tar\nRUN tar xf /opt/a.tar\n",
      good: "FROM debian:12\nCOPY --from=build app.tar /opt/\nRUN tar xf /opt/app.tar\n",
    },
  ],
  *check(subject) {
    for (const { instruction, stage } of written(subject, "COPY")) {
      const { keyword, from, sources, destination } = instruction;
      const archives = sources.filter((source) => source.kind === "path" && isArchive(nameOf(source.word.text)));
      if (keyword !== "COPY" || from !== undefined || archives.length === 0) continue;
      const names = new Set([...archives.map(({ word }) => nameOf(word.text)), nameOf(destination?.text ?? "")].filter(isArchive));
      const unpacks = runCommands(subject, "tar", ...UNCOMPRESS).find(
        ({ script, command }) =>
          script.stage === stage &&
          script.instruction.range.start.offset > instruction.range.start.offset &&
          unpacksTar(command) &&
          wordsOf(command).some((word) => names.has(nameOf(word))),
      );
      if (unpacks !== undefined)
        yield {
          at: instruction.head,
          message: `the archive stays in this layer: line ${unpacks.range.start.line} unpacks it`,
          advice: "Write ADD instead of COPY: it unpacks tar archives of the context.",
        };
    }
  },
});
