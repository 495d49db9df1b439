import type { DockerfileScript } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { type Located, isShipped, lastOfEach, placeOf, upTo } from "../../packages/scripts.ts";
import type { DockerfileSubject } from "../../subject.ts";

/** Debian's images delete archives by themselves, until a build takes that away to keep them in a cache. */
const keepsArchives = (subject: DockerfileSubject, script: DockerfileScript): boolean =>
  upTo(subject, script).some(({ commands }) =>
    commands.some(({ name, args }) => name === "rm" && args.some(({ text }) => text.endsWith("apt.conf.d/docker-clean"))),
  );

const isCleaned = (call: Located, folder: string): boolean =>
  laterThan(call).some(({ command }) => {
    const [verb] = command.args;
    const cleans = folder.includes("archives") ? verb?.text === "clean" : verb?.text === "distclean";
    const parent = folder.split("/").at(-2) ?? "";
    return removes(command, folder) || (cleans && APT.programs.has(command.name)) || (removes(command, parent) && isInside(call));
  });

/** After `cd /var/lib` names are relative. */
const isInside = ({ script }: Located): boolean =>
  script.commands.some(({ name, args }) => name === "cd" && /^\/var\/(?:lib|cache)/.test(args[0]?.text ?? ""));

export const aptLists = scriptRule({
  id: "dockerfile/apt-lists",
  aliases: ["hadolint:DL3009", "dockle:DKL-DI-0005", "kics:apt_get_install_lists_were_not_deleted"],
  item: "small-image",
  severity: "info",
  summary: "The lists and archives that apt fetches do not stay in the image.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    },
    {
      bad: "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n",
      good: "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y curl\n",
    },
  ],
  *check(subject) {
    const calls = callsOf(subject, APT).filter(({ script }) => isShipped(subject, script));
    const last = (wanted: string) => lastOfEach(calls.filter(({ verb }) => verb === wanted));
    for (const call of [...last("update"), ...last("install")]) {
      const { script, verb } = call;
      if (verb === "update" && !isMounted(script, "/var/lib/apt/lists") && !isCleaned(call, "/var/lib/apt/lists"))
        yield {
          at: placeOf(call),
          message: "the package lists that apt fetches here stay in the layer",
          advice: "End the same RUN with rm -rf /var/lib/apt/lists/*, or mount caches on /var/lib/apt and /var/cache/apt.",
        };
      if (
        verb === "install" &&
        keepsArchives(subject, script) &&
        !isMounted(script, "/var/cache/apt/archives") &&
        !isCleaned(call, "/var/cache/apt/archives")
      )
        yield {
          at: placeOf(call),
          message: "without docker-clean the archives of these packages stay in the layer",
          advice: "Mount a cache on /var/cache/apt, or end the same RUN with apt-get clean.",
        };
    }
  },
});
