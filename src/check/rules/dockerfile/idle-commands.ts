import { scriptRule } from "../../packages/define.ts";
import { placeOf, runCommands } from "../../packages/scripts.ts";

const IDLE = new Set("ssh vim vi nano shutdown reboot halt poweroff service ps free top htop kill mount umount ifconfig".split(" "));

export const idleCommands = scriptRule({
  id: "dockerfile/idle-commands",
  aliases: ["hadolint:DL3001", "kics:run_utilities_and_posix_commands"],
  severity: "info",
  confidence: "likely",
  summary: "A build runs no commands that only a running machine has use for.",
  why: "There is no service manager, no terminal and nothing mounted to look at: what they start is gone when the instruction ends, or they fail.",
  source: "https://docs.docker.com/build/building/best-practices/",
  examples: [
    { bad: "FROM debian:12\nRUN service nginx start\n", good: 'FROM debian:12\nCMD ["nginx", "-g", "daemon off;"]\n' },
    { bad: "FROM debian:12\nRUN ssh build@example.com ls\n", good: "FROM debian:12\nRUN --mount=type=ssh ssh build@example.com ls\n" },
  ],
  *check(subject) {
    for (const located of runCommands(subject, IDLE))
      if (located.command.name !== "ssh" || !located.script.mounts.some(({ type }) => type === "ssh"))
        yield {
          at: placeOf(located),
          message: `${located.command.name} has no use while an image is built`,
          advice: "Remove it; what has to run in the container belongs into CMD or ENTRYPOINT.",
        };
  },
});
