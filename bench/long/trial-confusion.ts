/**
 * How often a trial is wrong (docs/reliability.md): containers that are right, or wrong in ways that are known, are tried again and again while endless loops take
 * the processors. Each round tries every subject once. Appends a line for each to RESULTS, so that it can be broken off and gone on with.
 * Settings, by the environment: RUNS rounds (default 20), MINUTES at most (no new trial is begun after them), LEVEL, STRESS loops (default: the processors), AT_ONCE
 * subjects beside each other (default 1), ONLY names with commas, TRIALS experiments with commas, RESULTS a file. PAIRS=1: of each experiment, at every level,
 * only one container that is right and one that is wrong in it, with as little else the matter as there is.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { wordsOf } from "../../src/core/index.ts";
import { createDockerEngine, createDockerInside } from "../../src/engine/index.ts";
import { readProject } from "../../src/project/index.ts";
import { type Level, type Subject, TRIALS, tryService } from "../../src/trial/index.ts";
import { confusionImage } from "../support/confusion/images.ts";
import { appendRun, readRuns, type Run } from "../support/confusion/results.ts";
import { stressed } from "../support/confusion/stress.ts";
import { type ConfusionSubject, HARDENED, isLabelledDeep, RIGHT, type Truth } from "../support/confusion/subject.ts";
import { type Tally, tallied } from "../support/confusion/tally.ts";
import { thisMachine } from "../support/machine.ts";
import { report } from "../support/report.ts";

const setting = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const ROUNDS = setting("RUNS", 20);
const UNTIL = performance.now() + setting("MINUTES", Infinity) * 60_000;
const STRESS = setting("STRESS", availableParallelism());
const AT_ONCE = setting("AT_ONCE", 1);
const LEVELS: readonly Level[] = ["quick", "standard", "deep"];
const PAIRS = process.env["PAIRS"] === "1";
const LEVEL = ((name = PAIRS ? "deep" : "standard"): Level => (name === "quick" || name === "deep" ? name : "standard"))(
  process.env["LEVEL"],
);
const ONLY = process.env["ONLY"]?.split(",");
const CHOSEN = process.env["TRIALS"]?.split(",");
const trials = TRIALS.filter(({ id, level }) =>
  CHOSEN === undefined ? LEVELS.indexOf(level) <= LEVELS.indexOf(LEVEL) : CHOSEN.includes(id),
);
const RESULTS = process.env["RESULTS"] ?? join(mkdtempSync(join(tmpdir(), "seaworthy-confusion-")), "runs.jsonl");

const machine = thisMachine();
const engine = createDockerEngine();
const inside = createDockerInside();
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error(signal)));

const SUBJECTS = join(import.meta.dirname, "../support/confusion/subjects");
const subjects = new Map<string, ConfusionSubject>();
for (const file of readdirSync(SUBJECTS).toSorted()) {
  const { subject }: { readonly subject: ConfusionSubject } = await import(join(SUBJECTS, file));
  subjects.set(file.replace(/\.ts$/, ""), subject);
}

const faultsOf = ({ is }: ConfusionSubject): number => Object.values(is).filter((truth) => truth === "disproved").length;

/** Which experiments of which subjects, by PAIRS. */
const paired = (): ReadonlyMap<string, readonly (typeof trials)[number][]> => {
  const bySubject = new Map<string, (typeof trials)[number][]>();
  for (const trial of trials)
    for (const truth of ["proven", "disproved"] satisfies Truth[]) {
      const [best] = [...subjects]
        .filter(([, { is }]) => {
          const all: ConfusionSubject["is"] = { ...RIGHT, ...is };
          return all[trial.id] === truth;
        })
        .toSorted(([, a], [, b]) => faultsOf(a) - faultsOf(b) || Object.keys(b.is).length - Object.keys(a.is).length);
      if (best === undefined) console.error(`${trial.id}: nothing here is ${truth}`);
      else bySubject.set(best[0], [...(bySubject.get(best[0]) ?? []), trial]);
    }
  return bySubject;
};
const pairs = PAIRS ? paired() : undefined;

const folder = mkdtempSync(join(tmpdir(), "seaworthy-confusion-"));
const OTHER = "other";
const subjectOf = async (name: string, of: ConfusionSubject): Promise<Subject> => {
  const { image, service, dependency, egress, requests = [], state = [] } = of;
  const reference = await confusionImage(image);
  const found = await engine.images.inspect(reference);
  if (found === undefined) throw new Error(`${reference} was made and is not there`);
  const section = Object.fromEntries(Object.entries({ ...HARDENED, image: reference, ...service }).filter(([, value]) => value !== null));
  const others = dependency === undefined ? {} : { [OTHER]: { ...HARDENED, image: reference, ...dependency } };
  const compose = { services: { [name]: section, ...others }, volumes: { kept: {} } };
  writeFileSync(join(folder, "compose.yaml"), JSON.stringify(compose).replaceAll("$", "$$$$"));
  const { services } = (await readProject({ folder, env: {}, git: false })).project;
  const [one, other] = [name, OTHER].map((wanted) => services.find((each) => each.name === wanted));
  if (one === undefined) throw new Error("the file has a service");
  const inStore = { id: found.id, config: found.config, sizeBytes: found.sizeBytes };
  return {
    service: name,
    folder,
    spec: one.spec,
    image: inStore,
    requests,
    state,
    ...(egress === undefined ? {} : { egress }),
    dependencies: other === undefined ? [] : [{ name: OTHER, spec: other.spec, image: inStore, until: "started" }],
    jobs: [],
    configs: new Map(),
  };
};

const tryOne = async (name: string, subject: Subject): Promise<Run> => {
  const begun = performance.now();
  const run = { subject: name, level: LEVEL, stress: STRESS, at: new Date().toISOString(), commit: machine.commit };
  try {
    const { outcomes, seconds, upMs } = await tryService(subject, {
      engine,
      inside,
      level: LEVEL,
      signal: interrupted.signal,
      trials: pairs?.get(name) ?? trials,
    });
    const verdicts = outcomes.map((one) => [one.trial.id, { state: one.state, because: one.because, seconds: one.seconds }] as const);
    return { ...run, seconds, upMs, verdicts: Object.fromEntries(verdicts) };
  } catch (error) {
    interrupted.signal.throwIfAborted();
    return { ...run, seconds: Math.round(performance.now() - begun) / 1000, failed: wordsOf(error), verdicts: {} };
  }
};

/** Those that were tried least come first. */
const work = async (): Promise<void> => {
  const chosen = [...subjects].filter(
    ([name, subject]) => ONLY?.includes(name) ?? pairs?.has(name) ?? (LEVEL !== "deep" || isLabelledDeep(subject)),
  );
  const ready = new Map<string, Subject>();
  for (const [name, subject] of chosen) ready.set(name, await subjectOf(name, subject));
  const done = new Map(chosen.map(([name]) => [name, 0]));
  for (const { subject, level, stress } of readRuns(RESULTS))
    if (done.has(subject) && level === LEVEL && stress === STRESS) done.set(subject, (done.get(subject) ?? 0) + 1);
  const next = (): string | undefined => {
    const [least] = [...done].toSorted(([, a], [, b]) => a - b);
    if (least === undefined || least[1] >= ROUNDS || performance.now() > UNTIL) return undefined;
    done.set(least[0], least[1] + 1);
    return least[0];
  };
  using _ = stressed(STRESS);
  const worker = async (): Promise<void> => {
    for (let name = next(); name !== undefined; name = next()) {
      const subject = ready.get(name);
      if (subject === undefined) continue;
      const run = await tryOne(name, subject);
      appendRun(RESULTS, run);
      for (const { trial, truth } of tallied(subjects, [run]).wrong)
        console.error(
          `FALSE ${name} ${trial}, which is ${truth}: ${run.verdicts[trial]?.state ?? ""}: ${run.verdicts[trial]?.because ?? ""}`,
        );
      console.error(`${name}: ${run.failed ?? `${run.seconds} s`}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

try {
  await work();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const runs = readRuns(RESULTS);
const { tallies, wrong } = tallied(subjects, runs);
const failed = runs.filter((run) => run.failed !== undefined).length;
const falseOf = ({ falseProven, falseDisproved }: Tally): number => falseProven + falseDisproved;
/** With none among n, less than 3/n are wrong, at 95 % (the rule of three); with some, the share itself. */
const bound = (tally: Tally): string => {
  const count = tally.trueProven + tally.trueDisproved + falseOf(tally);
  return falseOf(tally) > 0
    ? `${Math.round((1000 * falseOf(tally)) / count) / 10} %`
    : count < 10
      ? "too few"
      : `< ${Math.round(3000 / count) / 10} %`;
};
report(
  "trial-confusion",
  [...tallies].map(([what, tally]) => ({
    what,
    figures: {
      "true proven": tally.trueProven,
      "true disproved": tally.trueDisproved,
      "FALSE proven": tally.falseProven,
      "FALSE disproved": tally.falseDisproved,
      "not tried": tally.notTried,
      wrong: bound(tally),
    },
  })),
  {
    words: `no false verdict in ${runs.length} trials of ${new Set(runs.map(({ subject }) => subject)).size} subjects; ${failed} did not come up (${RESULTS})`,
    met: wrong.length + failed === 0,
  },
  machine,
);
