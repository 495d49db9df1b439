import { arch, platform, release } from "node:os";
import { resolve } from "node:path";
import { type ErrorCode, ERRORS, forTerminal, openStateFolder, systemClock, writeFileAtomic } from "../../core/index.ts";
import { createDockerEngine, engineSocket } from "../../engine/index.ts";
import { ailmentOf, type Ailment, diagnose, type Diagnosis, type DiagnosisSources } from "../../release/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { Context } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { openServer } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { VERSION } from "../version.ts";

export interface Flags extends ProjectFlags {
  readonly output?: string;
}

const words = ({ project = "this host", ailments }: Diagnosis, written: string | undefined): string =>
  [
    ...(ailments.length === 0 ? [`${project}: nothing ails it`] : [`${project}: ${ailments.length} found`]),
    ...ailments.flatMap(({ what, advice }) => [`  ${forTerminal(what)}`, `    -> ${advice}`]),
    ...(written === undefined ? [] : [`written to ${written}; read it before you send it`]),
  ].join("\n");

/** What could not be looked at says more than what was found: the status of its error, else 1. */
const exitFor = (ailments: readonly Ailment[]): number => {
  const code = ailments.find((one): one is Ailment & { readonly code: ErrorCode } => one.code !== undefined)?.code;
  return code === undefined ? Math.min(1, ailments.length) : ERRORS[code].exit;
};

const orAilment = async <T>(problems: Ailment[], work: () => T | Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    problems.push(ailmentOf(error));
    return undefined;
  }
};

/** Each part by itself: that one cannot be had must not keep the others from being told. */
const sourcesOf = async (context: Context, flags: Flags): Promise<DiagnosisSources & Disposable> => {
  const { env } = context.process;
  const problems: Ailment[] = [];
  const project = (await orAilment(problems, () => projectOf(context, flags)))?.name;
  const state = await orAilment(problems, () => openStateFolder(env));
  const server = state === undefined ? undefined : await orAilment(problems, () => openServer(context));
  return {
    engine: server?.engine ?? createDockerEngine(),
    socket: engineSocket(),
    versions: { seaworthy: VERSION, node: process.versions.node, system: `${platform()} ${release()} ${arch()}` },
    clock: systemClock,
    problems,
    ...(project === undefined ? {} : { project }),
    ...(state === undefined ? {} : { state }),
    ...(server === undefined ? {} : { proxy: server.proxy, journal: server.releases.journal }),
    ...(server === undefined || project === undefined ? {} : { status: () => server.releases.status(project) }),
    [Symbol.dispose]: () => server?.[Symbol.dispose](),
  };
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  using sources = await sourcesOf(context, flags);
  const diagnosis = await diagnose(sources);
  if (flags.output !== undefined)
    writeFileAtomic(resolve(context.cwd, flags.output), `${JSON.stringify(diagnosis, undefined, 2)}\n`, 0o600);
  return { exit: exitFor(diagnosis.ailments), human: words(diagnosis, flags.output), json: diagnosis };
});
