import type { DockerfileSubject } from "../subject.ts";
import { type CommandLine, optionsOf } from "./options.ts";
import { type Located, runCommands } from "./scripts.ts";

export interface Fetch extends Located {
  readonly tool: "curl" | "wget";
  readonly line: CommandLine;
}

const CURL_VALUES = new Set(
  "o output A user-agent b cookie c cookie-jar C continue-at d data data-binary data-raw data-urlencode D dump-header e referer E cert F form H header K config m max-time connect-timeout P Q r range retry retry-delay retry-max-time t T upload-file u user U w write-out x proxy X request y Y z cacert capath url output-dir resolve max-redirs limit-rate".split(
    " ",
  ),
);
const WGET_VALUES = new Set(
  "o output-file a append-output O output-document P directory-prefix t tries T timeout w wait U user-agent Q e execute i input-file A R l header user password progress ca-certificate post-data method body-data".split(
    " ",
  ),
);

/** Calls of curl and wget. */
export const fetches = (subject: DockerfileSubject): readonly Fetch[] =>
  runCommands(subject).flatMap((located): readonly Fetch[] => {
    const { name } = located.command;
    if (name === "curl") return [{ ...located, tool: name, line: optionsOf(located.command, { valued: CURL_VALUES }) }];
    if (name === "wget") return [{ ...located, tool: name, line: optionsOf(located.command, { valued: WGET_VALUES }) }];
    return [];
  });
