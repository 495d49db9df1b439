import { fedBy, type ShellCommand } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { type Located, placeOf, runCommands } from "../../packages/scripts.ts";

const READERS = /^(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|ruby|node)$/;
const CHECKERS = /^(?:sha\d+sum|shasum|b2sum|gpgv?2?|cosign)$/;
const BEHIND = /^(?:sudo|env|exec|xargs)$/;

const reads = ({ name, args }: ShellCommand): boolean =>
  READERS.test(name) || (BEHIND.test(name) && args.some(({ text }) => READERS.test(text)));

/** `curl ... | sh`, with anything but a check between, and `sh -c "$(curl ...)"`. */
const runsWhatComes = ({ script, command }: Located): boolean => {
  if (command.name === "curl" || command.name === "wget") {
    const deciding = fedBy(script, command).find((one) => reads(one) || CHECKERS.test(one.name));
    return deciding !== undefined && !CHECKERS.test(deciding.name);
  }
  return (
    (READERS.test(command.name) || command.name === "eval") && command.args.some(({ raw }) => /(?:\$\(|`|<\()\s*(?:curl|wget)\b/.test(raw))
  );
};

export const pipedToShell = scriptRule({
  id: "dockerfile/piped-to-shell",
  aliases: [],
  severity: "warning",
  confidence: "likely",
  summary: "What a build fetches is checked before it is run.",
  why: "Such a line runs whatever the server sends that day, as root, into the image; half of it when the connection breaks. Two builds of one commit may hold different programs, and nobody can tell which.",
  source: "https://docs.docker.com/build/building/best-practices/#run",
  examples: [
    {
      bad: "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | bash -s -- --yes\n",
      good: 'FROM debian:12\nARG SUM\nRUN curl -fsSLO https://example.com/install.sh && echo "$SUM  install.sh" | sha256sum -c - && sh install.sh\n',
    },
    {
      bad: 'FROM debian:12\nRUN sh -c "$(wget -qO- https://example.com/install.sh)"\n',
      good: "FROM debian:12\nRUN curl -fsSL https://example.com/key.asc | gpg --dearmor -o /usr/share/keyrings/example.gpg\n",
    },
  ],
  *check(subject) {
    for (const located of runCommands(subject))
      if (runsWhatComes(located))
        yield {
          at: placeOf(located),
          message: "what is fetched here is run unseen",
          advice:
            "Fetch a fixed version to a file, check its sha256 or signature, then run it; or take it from an image (COPY --from) or a package.",
        };
  },
});
