import { createDockerEngine } from "../../engine/index.ts";
import { runningReplica } from "../../release/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { Context } from "../context.ts";
import { dockerOnTerminal, hasTerminal } from "../docker-program.ts";
import type { FileFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { serviceAndCommand } from "../service-command.ts";

export interface Flags extends FileFlags {
  readonly replica?: number;
  readonly user?: string;
}

const execArguments = (context: Context, flags: Flags, container: string, command: readonly string[]): readonly string[] => [
  "exec",
  "--interactive",
  ...(hasTerminal(context) ? ["--tty"] : []),
  ...(flags.user === undefined ? [] : ["--user", flags.user]),
  container,
  ...command,
];

export const run = reporting<Flags & OutputFlags, readonly string[]>(async (context, flags, ...words): Promise<Outcome> => {
  const { service, command } = serviceAndCommand("exec", words);
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const container = await runningReplica(
    { engine: createDockerEngine(), journal: host.releases.journal },
    { project: project.name, service, ...(flags.replica === undefined ? {} : { replica: flags.replica }) },
  );
  return { exit: await dockerOnTerminal(context, execArguments(context, flags, container, command)), human: "", json: undefined };
});
