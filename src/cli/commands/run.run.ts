import { describeOneOff } from "../../release/index.ts";
import { projectOf } from "../chosen-project.ts";
import { dockerOnTerminal, hasTerminal } from "../docker-program.ts";
import type { FileFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { serviceAndCommand } from "../service-command.ts";

export type Flags = FileFlags;

export const run = reporting<Flags & OutputFlags, readonly string[]>(async (context, flags, ...words): Promise<Outcome> => {
  const { service, command } = serviceAndCommand("run", words);
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const { engine, platform, state, releases } = host;
  const { name, config, connect } = describeOneOff(
    { journal: releases.journal, state },
    { project: project.name, service, command, tty: hasTerminal(context) },
  );
  try {
    await engine.containers.create(name, config, platform);
    for (const { network, aliases } of connect) await engine.networks.connect(network, name, { aliases });
    return { exit: await dockerOnTerminal(context, ["start", "--attach", "--interactive", name]), human: "", json: undefined };
  } finally {
    await engine.containers.remove(name);
  }
});
