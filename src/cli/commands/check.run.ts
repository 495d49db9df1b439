import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { atLeast } from "../../checklist/index.ts";
import { checkRepository, type RepositoryOptions, RULES } from "../../check/index.ts";
import { findingsDocument, renderFindings } from "../../report/index.ts";
import type { Context } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { projectOf } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";

export type Flags = ProjectFlags;

const COMPOSE = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Whether the folder, a flag or the environment says which project this is. */
const hasProject = (context: Context, flags: Flags): boolean =>
  flags.file !== undefined ||
  flags.env !== undefined ||
  (context.process.env["COMPOSE_FILE"] ?? "") !== "" ||
  COMPOSE.some((name) => existsSync(join(context.cwd, name)));

export const run = reporting<Flags, readonly string[]>(async (context, flags, ...paths): Promise<Outcome> => {
  // Paths that are named are what is checked; compose files among them are projects of their own.
  const project = paths.length === 0 && hasProject(context, flags) ? await projectOf(context, flags) : undefined;
  const options: RepositoryOptions = {
    cwd: context.cwd,
    env: context.process.env,
    now: Date.now(),
    paths: paths.length === 0 ? ["."] : paths,
    stdin: () => readFileSync(0, "utf8"),
    ...(project === undefined ? {} : { project }),
  };
  const { findings, suppressed, sources, empty } = await checkRepository(options);
  // Nothing to judge: the message of what was looked for is the project's.
  if (empty && paths.length === 0) await projectOf(context, flags);
  const threshold = project?.settings.check.fail ?? (project?.policy.profile === "dev" ? "error" : "warning");
  const exit = findings.some(({ severity }) => atLeast(severity, threshold)) ? 1 : 0;
  const human = renderFindings(findings, {
    sources,
    style: context.terminal.stdout ? "ansi" : "plain",
    ignored: suppressed.length,
    whyOf: (rule) => RULES.find(({ id }) => id === rule)?.why,
  });
  return { exit, human, json: findingsDocument(findings, suppressed) };
});
