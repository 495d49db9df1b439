/**
 * How long a trial takes: the storefront's web, with its database beside it, and its db, at each level, with experiments beside each other and one after the other; and
 * how much of it is more than the starts of the container themselves. A scratch copy is built first. Settings, by the environment: LEVELS, SERVICES
 * and AT_ONCE (1 and the processors, at least 2 and at most 3) with commas.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec, lastWords } from "../src/core/index.ts";
import { createDockerEngine, createDockerInside } from "../src/engine/index.ts";
import { loadProject, type Service } from "../src/project/index.ts";
import { type Dependency, type Level, type Subject, type SubjectImage, tryService } from "../src/trial/index.ts";
import { thisMachine } from "./support/machine.ts";
import { report, type Row } from "./support/report.ts";

const ROOT = join(import.meta.dirname, "..");
const LABEL = "dev.seaworthy.trial";
const BUDGET_SECONDS: Readonly<Record<Level, number>> = { quick: 10, standard: 30, deep: 120 };
const LEVELS: readonly Level[] = ["quick", "standard", "deep"];
const levels = LEVELS.filter((level) => process.env["LEVELS"]?.split(",").includes(level) ?? true);
const services = process.env["SERVICES"]?.split(",") ?? ["web", "db"];

const machine = thisMachine();
const engine = createDockerEngine();
const inside = createDockerInside();
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error(signal)));

const folder = mkdtempSync(join(tmpdir(), "seaworthy-bench-trial-"));
const tagOf = (service: string): string => `seaworthy-bench-trial/${service}:${process.pid}`;
const done = async (program: string, args: readonly string[]): Promise<void> => {
  const result = await exec(program, args, { timeoutMs: 300_000, cwd: folder, env: { ...process.env, DOCKER_BUILDKIT: "1" } });
  if (result.exitCode !== 0) throw new Error(`${program} ${args.join(" ")} failed (${result.exitCode}): ${lastWords(result)}`);
};

const imageOf = async (service: string): Promise<SubjectImage> => {
  const found = await engine.images.inspect(tagOf(service));
  if (found === undefined) throw new Error(`${tagOf(service)} was built and is not there`);
  return { id: found.id, config: found.config, sizeBytes: found.sizeBytes };
};

const subjectOf = async ({ name, spec, settings, dependsOn }: Service, all: readonly Service[]): Promise<Subject> => {
  const dependencies = await Promise.all(
    dependsOn.map(async ({ service }): Promise<Dependency> => {
      const other = all.find((one) => one.name === service);
      if (other === undefined) throw new Error(`${name} depends on ${service}, which is not there`);
      return { name: service, spec: other.spec, image: await imageOf(service), until: "healthy" };
    }),
  );
  const { route } = settings;
  return {
    service: name,
    folder,
    spec,
    image: await imageOf(name),
    requests: [],
    state: [],
    ...(route === undefined ? {} : { ready: { port: route.port, path: route.ready } }),
    dependencies,
    jobs: [],
    configs: new Map(),
  };
};

/** How often the lab starts the subject itself: not its probes, its helpers and what it depends on. */
const countStarts = (subject: Subject, signal: AbortSignal): { readonly count: () => number; readonly over: Promise<void> } => {
  let count = 0;
  const others = ["probe", "tools", "counters", "outside", "logging", "look", ...subject.dependencies.map(({ name }) => name)];
  const over = (async () => {
    for await (const { action, attributes } of engine.system.events({ labels: { [LABEL]: "" }, signal }))
      if (action === "start" && !others.some((other) => attributes["name"]?.endsWith(`-${other}`) === true)) count += 1;
  })();
  return { count: () => count, over };
};

const tried = async (
  subject: Subject,
  level: Level,
  atOnce: number,
): Promise<Row & { readonly seconds: number; readonly level: Level }> => {
  const listening = new AbortController();
  const starts = countStarts(subject, listening.signal);
  const { seconds, upMs, outcomes } = await tryService(subject, { engine, inside, level, atOnce, signal: interrupted.signal });
  listening.abort();
  await starts.over.catch(() => undefined);
  for (const { trial, state, because } of outcomes)
    if (state === "disproved") console.error(`${subject.service} disproves ${trial.id}: ${because}`);
  const startUps = (starts.count() * upMs) / 1000;
  const of = (state: string): number => outcomes.filter((one) => one.state === state).length;
  const alone = outcomes.reduce((sum, one) => sum + (one.trial.alone === true ? one.seconds : 0), 0);
  return {
    seconds,
    level,
    what: `${subject.service} ${level}, ${atOnce} at once`,
    figures: {
      seconds,
      "experiments' own": Math.round(outcomes.reduce((sum, one) => sum + one.seconds, 0) * 10) / 10,
      "alone s": Math.round(alone * 10) / 10,
      starts: starts.count(),
      "up ms": upMs,
      "start-ups s": Math.round(startUps * 10) / 10,
      "of start-ups": Math.round((seconds / startUps) * 10) / 10,
      slowest: outcomes
        .toSorted((a, b) => b.seconds - a.seconds)
        .slice(0, 3)
        .map((one) => `${one.trial.id} ${one.seconds.toFixed(1)}`)
        .join(", "),
      proven: of("proven"),
      disproved: of("disproved"),
      "not tried": of("not-tried"),
    },
  };
};

try {
  cpSync(join(ROOT, "examples/storefront"), folder, { recursive: true });
  await done(join(ROOT, "script/bases/repin"), [folder]);
  const program = (await exec("docker", ["buildx", "version"], { timeoutMs: 30_000 })).exitCode === 0 ? "docker" : "/usr/bin/docker";
  const project = await loadProject({ folder, env: {}, git: false });
  for (const { name, build } of project.services)
    if (build !== undefined) await done(program, ["build", "-q", "-t", tagOf(name), "-f", build.dockerfile, build.context]);
  const atOnce = Math.max(2, Math.min(3, machine.processors));
  const rows: Awaited<ReturnType<typeof tried>>[] = [];
  for (const service of project.services.filter(({ name }) => services.includes(name)))
    for (const level of levels)
      for (const many of process.env["AT_ONCE"]?.split(",").map(Number) ?? [1, atOnce]) {
        rows.push(await tried(await subjectOf(service, project.services), level, many));
        console.error(`${rows.at(-1)?.what}: ${rows.at(-1)?.seconds} s`);
      }
  report(
    "trial",
    rows,
    {
      words: `quick in ${BUDGET_SECONDS.quick} s, standard in ${BUDGET_SECONDS.standard} s, deep in ${BUDGET_SECONDS.deep} s`,
      met: rows.every(({ level, seconds, what }) => what.endsWith(" 1 at once") || seconds < BUDGET_SECONDS[level]),
    },
    machine,
  );
} finally {
  for (const service of ["web", "db"]) await engine.images.remove(tagOf(service));
  rmSync(folder, { recursive: true, force: true });
}
