/** The TypeScript half of script/demo, which says what this does, how it is called and how it ends. */
import { createWords } from "./words.ts";
import { cleanUp } from "./clean-up.ts";
import { DemoFailure } from "./failure.ts";
import { readRecord } from "./record.ts";
import { runDemo } from "./demo.ts";

const startedMs = performance.now();
const asked = new Set(process.argv.slice(2));
const words = createWords(process.stdout, startedMs);
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (!controller.signal.aborted) words.say(`${signal}: stopping, and cleaning up`);
    controller.abort(new DemoFailure(130, "interrupted"));
  });

const clean = async (): Promise<number> => {
  const record = readRecord();
  if (record === undefined) {
    words.say("nothing of a demo is on this engine");
    return 0;
  }
  const remaining = await cleanUp(record);
  words.say(
    remaining.length === 0 ? "the demo is gone: containers, networks, volumes, images and its folder" : "this could not be removed:",
  );
  for (const one of remaining) words.say(`  ${one}`);
  return remaining.length === 0 ? 0 : 4;
};

const demo = async (): Promise<number> => {
  const { exit, summary } = await runDemo({
    words,
    signal: controller.signal,
    keep: asked.has("--keep"),
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  words.say("");
  const refused = summary.releases.length === 0 ? "The demo showed nothing" : "NOT all of it was true";
  words.say(exit === 0 ? `All of it was true, in ${seconds} s.` : `${refused} (exit ${exit}, ${seconds} s).`);
  if (asked.has("--json")) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return exit;
};

process.exitCode = await (asked.has("--clean") ? clean() : demo());
