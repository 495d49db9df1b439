import { styleText } from "node:util";
import { forTerminal, parseDuration, SeaworthyError } from "../../core/index.ts";
import { createDockerEngine } from "../../engine/index.ts";
import { releaseLogs } from "../../release/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, printJson, reporting } from "../outcome.ts";

export interface Flags extends ProjectFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
}

const DEFAULT_TAIL = 100;
const COLOURS = ["cyan", "yellow", "green", "magenta", "blue"] as const;

/** One colour a service, the next one for each that comes. */
const painter = (colour: boolean): ((service: string, words: string) => string) => {
  const seen: string[] = [];
  return (service, words) => {
    if (!colour) return words;
    if (!seen.includes(service)) seen.push(service);
    return styleText(COLOURS[seen.indexOf(service) % COLOURS.length] ?? "cyan", words, { validateStream: false });
  };
};

export const run = reporting<Flags, readonly string[]>(async (context, flags, ...services): Promise<Outcome> => {
  const { tail = flags.since === undefined ? DEFAULT_TAIL : undefined } = flags;
  if (tail !== undefined && !(Number.isSafeInteger(tail) && tail >= 0))
    throw new SeaworthyError("USAGE", `--tail ${tail} is not a number of lines`);
  const project = await projectOf(context, flags);
  const paint = painter(context.colour.stdout);
  const lines = releaseLogs(createDockerEngine(), project.name, {
    services,
    follow: flags.follow === true,
    signal: context.signal,
    ...(tail === undefined ? {} : { tail }),
    ...(flags.since === undefined ? {} : { sinceSeconds: Math.floor((Date.now() - parseDuration(flags.since)) / 1000) }),
  });
  for await (const line of lines)
    if (flags.json === true) printJson(context, { schema: "seaworthy/log-line@1", ...line });
    else context.process.stdout.write(`${paint(line.service, `${line.container} |`)} ${forTerminal(line.text)}\n`);
  return { exit: 0, human: "", json: undefined };
});
