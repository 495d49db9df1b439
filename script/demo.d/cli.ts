import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { DemoFailure } from "./failure.ts";
import { ROOT, type Scratch } from "./scratch.ts";
import type { Words } from "./words.ts";

const HISTORY = v.object({
  releases: v.array(
    v.object({
      release: v.number(),
      version: v.string(),
      outcome: v.string(),
      serving: v.boolean(),
      seconds: v.optional(v.number(), 0),
      report: v.array(
        v.union([
          v.object({ service: v.string(), measured: v.literal(true), requests: v.number(), failed: v.number() }),
          v.object({ service: v.string(), measured: v.literal(false), why: v.string() }),
        ]),
      ),
    }),
  ),
});
export type Release = v.InferOutput<typeof HISTORY>["releases"][number];

const CHECKLIST = v.object({
  counts: v.object({ proven: v.number(), disproved: v.number(), notTried: v.number(), waived: v.number() }),
  items: v.array(v.object({ item: v.string(), verdict: v.looseObject({ state: v.string(), reason: v.optional(v.string()) }) })),
});
export type Checklist = v.InferOutput<typeof CHECKLIST>;

/** The command line that users have, run as they run it. */
export interface Cli {
  /** Shows each line of its answer that `show` lets through; its progress passes by on a terminal. @throws DemoFailure with all it said */
  run(args: readonly string[], show?: (line: string) => boolean): Promise<void>;
  releases(): Promise<readonly Release[]>;
  checklist(): Promise<Checklist>;
  /** What a person types to call it by hand. */
  readonly prefix: string;
}

const KEPT_LINES = 40;

export const createCli = (scratch: Scratch, words: Words, signal: AbortSignal): Cli => {
  const program = join(ROOT, "seaworthy");
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:COMPOSE_|GIT_|STOREFRONT_)/.test(name)));
  // Advisories that somebody has fetched here are about today's packages, and the demo's images are of whatever day they were made.
  const env = { ...own, SEAWORTHY_STATE: scratch.state, SEAWORTHY_RUN: scratch.run, XDG_CACHE_HOME: join(scratch.run, "cache") };

  const call = async (args: readonly string[], onLine: (line: string) => void, expected: readonly number[] = [0]): Promise<void> => {
    signal.throwIfAborted();
    const child = spawn(program, args, { cwd: scratch.app, env, stdio: ["ignore", "pipe", "pipe"] });
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    const said: string[] = [];
    const keep = (line: string): void => {
      said.push(line);
      if (said.length > KEPT_LINES) said.shift();
    };
    const heard = [
      [child.stdout, onLine],
      [child.stderr, (line: string) => words.passing(line)],
    ] as const;
    for (const [stream, hear] of heard)
      createInterface({ input: stream }).on("line", (line) => {
        keep(line);
        hear(line);
      });
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve(code ?? by ?? "unknown"));
    });
    signal.removeEventListener("abort", stop);
    signal.throwIfAborted();
    if (!expected.some((one) => one === status)) throw new DemoFailure(1, `seaworthy ${args.join(" ")} ended with ${status}`, said);
  };

  const json = async <T>(args: readonly string[], schema: v.GenericSchema<unknown, T>, expected?: readonly number[]): Promise<T> => {
    let text = "";
    await call([...args, "--json"], (line) => (text += line), expected);
    return v.parse(schema, JSON.parse(text));
  };

  return {
    prefix: `SEAWORTHY_STATE=${scratch.state} SEAWORTHY_RUN=${scratch.run} ${program}`,
    run: (args, show = () => true) => call(args, (line) => show(line) && words.say(line)),
    releases: async () => (await json(["history"], HISTORY)).releases,
    // Exit 1: an item is disproved. That is for the demo to say, not for this call to fail.
    checklist: () => json(["checklist"], CHECKLIST, [0, 1]),
  };
};
