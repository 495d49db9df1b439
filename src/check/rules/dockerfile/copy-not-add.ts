import { fileRule } from "../../dockerfile/define.ts";
import { isArchive, isHistory, isRemote, pathsOf } from "../../dockerfile/sources.ts";
import { replacing } from "../../dockerfile/fixes.ts";
import { written } from "../../dockerfile/walk.ts";

const OTHERS = ["hadolint:DL3020", "checkov:CKV_DOCKER_4", "dockle:CIS-DI-0009", "kics:add_instead_of_copy", "dockerbench:4.9"];

export const copyNotAdd = fileRule({
  id: "dockerfile/copy-not-add",
  aliases: [...OTHERS, "trivy:DS-0005"],
  severity: "warning",
  summary: "Local files are copied with COPY; ADD is for archives and for what it fetches.",
  why: "ADD unpacks what looks like an archive and fetches what looks like a URL: what a line does then depends on what a file is called or holds.",
  source: "https://docs.docker.com/build/building/best-practices/#add-or-copy",
  examples: [
    { bad: "FROM node:24\nADD src /app/src\n", good: "FROM node:24\nCOPY src /app/src\n" },
    { bad: 'FROM node:24\nADD ["app.zip", "/app/"]\n', good: "FROM node:24\nADD rootfs.tar.xz /\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "ADD")) {
      const { keyword, sources, unpack } = one.instruction;
      if (keyword !== "ADD" || unpack !== undefined) continue;
      if (isHistory(sources)) {
        if (subject.fromHistory === true)
          yield {
            at: one.instruction.word.range,
            message: `an ADD put a file into ${one.instruction.destination?.text ?? "the image"}: unless it was an archive, COPY would have done`,
            advice: "Write COPY.",
          };
        continue;
      }
      const plain = pathsOf(one, sources).filter(({ path }) => !isArchive(path) && !isRemote(path));
      if (plain.length > 0)
        yield {
          at: one.instruction.word.range,
          message: `ADD of ${plain.map(({ path }) => path).join(", ")} does no more than COPY would`,
          advice: "Write COPY.",
          // Trivy lets an ADD through for one archive among its sources.
          ...(pathsOf(one, sources).some(({ path }) => path.includes(".tar")) ? { peers: OTHERS } : {}),
          fix: replacing(subject, one.instruction.word.range, "COPY"),
        };
    }
  },
});
