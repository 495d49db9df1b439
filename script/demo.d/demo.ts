import { openStateFolder, wordsOf } from "../../src/core/index.ts";
import { PROJECT, sayWhere, shipV1, showChecklist, type Stage, underLoad } from "./acts.ts";
import { cleanUp, imagesOf, leftOver } from "./clean-up.ts";
import { createCli } from "./cli.ts";
import { claim, engineIsFree } from "./engine-is-free.ts";
import { DemoFailure } from "./failure.ts";
import { freePort } from "./ports.ts";
import { type DemoRecord, writeRecord } from "./record.ts";
import { commitV1, makeScratch, type Ports, REGISTRY_PORT, type Scratch } from "./scratch.ts";
import type { Log, Summary } from "./summary.ts";
import type { Words } from "./words.ts";

interface Options {
  readonly words: Words;
  readonly signal: AbortSignal;
  readonly keep: boolean;
}

const finish = async ({ words, keep, signal }: Options, record: DemoRecord, log: Log): Promise<readonly string[]> => {
  if (keep && !signal.aborted) {
    writeRecord({ ...record, kept: true });
    words.say("");
    words.say("All of this stays (--keep) until script/demo --clean, or the next script/demo.");
    return leftOver(record);
  }
  words.heading("Cleaning up");
  const remaining = await cleanUp(record);
  words.proof("nothing of it is left in the engine or on disk", remaining.length === 0);
  for (const one of remaining) words.say(`  ${one}`);
  if (remaining.length > 0) log.proofs.push(false);
  return remaining;
};

const sayFailure = (words: Words, error: unknown): number => {
  words.say("");
  words.failure(error instanceof DemoFailure ? error.message : `the demo itself failed: ${wordsOf(error)}`);
  const lines = error instanceof DemoFailure ? error.lines : error instanceof Error ? (error.stack ?? "").split("\n").slice(1) : [];
  for (const line of lines) words.say(`  ${line}`);
  return error instanceof DemoFailure ? error.exit : 1;
};

const prepare = async ({ words }: Options): Promise<{ readonly scratch: Scratch; readonly ports: Ports; readonly record: DemoRecord }> => {
  if (process.getuid?.() !== 0)
    throw new DemoFailure(8, "the demo needs root: secrets are kept in memory (a tmpfs), owned by the users that the containers run as", [
      "Run it as root, or: sudo script/demo",
    ]);
  words.heading("A scratch copy of examples/storefront");
  await engineIsFree(PROJECT, words);
  const ports: Ports = {
    http: await freePort(Number(process.env["STOREFRONT_PORT"]) || 8080, "0.0.0.0"),
    registry: await freePort(REGISTRY_PORT, "127.0.0.1"),
  };
  const scratch = makeScratch();
  const { uuid } = openStateFolder({ SEAWORTHY_STATE: scratch.state, SEAWORTHY_RUN: scratch.run });
  const imagesBefore = await imagesOf({ project: PROJECT, registryPort: ports.registry });
  const record: DemoRecord = {
    uuid,
    scratch: scratch.folder,
    project: PROJECT,
    registryPort: ports.registry,
    imagesBefore: [...imagesBefore],
    claimed: false,
    kept: false,
  };
  writeRecord(record);
  return { scratch, ports, record };
};

/** The whole demo. @returns its exit status, and what `--json` prints */
export const runDemo = async (options: Options): Promise<{ readonly exit: number; readonly summary: Summary }> => {
  const { words, signal } = options;
  const log: Log = { proofs: [], releases: [], evidence: { proven: 0, disproved: 0, notTried: 0, waived: 0 } };
  let record: DemoRecord | undefined;
  let exit = 0;
  let remaining: readonly string[] = [];
  try {
    const prepared = await prepare(options);
    const { scratch, ports } = prepared;
    ({ record } = prepared);
    await claim(record.uuid);
    record = { ...record, claimed: true };
    writeRecord(record);
    const prove = (text: string, holds: boolean): void => {
      log.proofs.push(holds);
      words.proof(text, holds);
    };
    const stage: Stage = { ...options, log, scratch, ports, prove, cli: createCli(scratch, words, signal) };
    const { commit, changes } = commitV1(scratch, ports);
    for (const change of changes) words.say(change);
    words.say(`commit ${commit}, tag v1.0.0, in ${scratch.app}`);
    await shipV1(stage);
    await underLoad(stage);
    await showChecklist(stage);
    sayWhere(stage);
  } catch (error) {
    exit = sayFailure(words, signal.aborted ? signal.reason : error);
    log.proofs.push(false);
  }
  if (record !== undefined)
    try {
      remaining = await finish(options, record, log);
    } catch (error) {
      exit = sayFailure(words, error);
      log.proofs.push(false);
    }
  const ok = log.proofs.length > 0 && log.proofs.every(Boolean);
  return { exit: exit === 0 && !ok ? 1 : exit, summary: { ok, releases: log.releases, evidence: log.evidence, leftOver: remaining } };
};
