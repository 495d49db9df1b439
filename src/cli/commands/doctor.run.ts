import { resolve } from "node:path";
import { forTerminal, systemClock, writeFileAtomic } from "../../core/index.ts";
import { diagnose, type Diagnosis } from "../../release/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { ProjectFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";

export interface Flags extends ProjectFlags {
  readonly output?: string;
}

const words = ({ project, ailments }: Diagnosis, written: string | undefined): string =>
  [
    ...(ailments.length === 0 ? [`${project}: nothing ails it`] : [`${project}: ${ailments.length} found`]),
    ...ailments.flatMap(({ what, advice }) => [`  ${forTerminal(what)}`, `    -> ${advice}`]),
    ...(written === undefined ? [] : [`written to ${written}; read it before you send it`]),
  ].join("\n");

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const { engine, proxy, state, releases } = host;
  const diagnosis = await diagnose({
    engine,
    proxy,
    state,
    journal: releases.journal,
    clock: systemClock,
    project: project.name,
    status: () => releases.status(project.name),
  });
  if (flags.output !== undefined)
    writeFileAtomic(resolve(context.cwd, flags.output), `${JSON.stringify(diagnosis, undefined, 2)}\n`, 0o600);
  return { exit: diagnosis.ailments.length === 0 ? 0 : 1, human: words(diagnosis, flags.output), json: diagnosis };
});
