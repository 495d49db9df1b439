import { fileRule } from "../../dockerfile/define.ts";
import { isRemote, pathsOf } from "../../dockerfile/sources.ts";
import { written } from "../../dockerfile/walk.ts";

/** A git repository at a commit: it can be no other. */
const isPinned = (path: string): boolean => /(?:#|[?&](?:ref|checksum|commit)=)[0-9a-f]{40}\b/.test(path);

export const remoteAdd = fileRule({
  id: "dockerfile/remote-add",
  aliases: ["kics:curl_or_wget_instead_of_add", "checkov:CKV_DOCKER_4"],
  item: "pinned-base",
  severity: "warning",
  summary: "What ADD fetches is verified: --checksum for a URL, a commit for a repository.",
  why: "Whatever the other side sends is built in, by a changed file as well as by an attacker's. Files fetched with ADD also stay in a layer when they are deleted later.",
  source: "https://docs.docker.com/reference/dockerfile/#add---checksum",
  examples: [
    {
      bad: "FROM debian:12\nADD https://example.org/tool.tar.gz /opt/\n",
      good: "FROM debian:12\nADD --checksum=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 https://example.org/tool.tar.gz /opt/\n",
    },
    {
      bad: "FROM debian:12\nADD https://github.com/acme/tool.git#main /src\n",
      good: "FROM debian:12\nADD https://github.com/acme/tool.git#9f86d081884c7d659a2feaa0c55ad015a3bf4f1b /src\n",
    },
  ],
  *check(subject) {
    for (const one of written(subject, "ADD")) {
      const { checksum, sources } = one.instruction;
      if (checksum !== undefined) continue;
      for (const { word, path } of pathsOf(one, sources))
        if (isRemote(path) && !isPinned(path))
          yield {
            at: word.range,
            message: `${path.replace(/\/\/[^/@]*@/, "//")} is taken as it comes`,
            advice: /\.git(?:#|$)/.test(path) ? "Name a commit: #<40 digits>." : "Add --checksum=sha256:<digest>.",
          };
    }
  },
});
