/**
 * A soak: PROJECTS (default 10) of SERVICES (default 10) routed services each, every one of them replaced ROUNDS times (default 10) on a real engine of the bench's own,
 * by one process, as the agent is one. After each round: memory and descriptors of this process and of HAProxy, what HAProxy says of its servers, what is left over in
 * the engine and in the state folder, how long a rollout and a status took. An interrupt ends it after the round that is under way. Needs root. TURNS=FILE takes turns with others who lock that file.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { exec, lastWords } from "../../src/core/index.ts";
import { type Link, startOwnEngine, stopEngineOf, whyNoOwnEngine } from "../../test/support/e2e/own-engine.ts";
import { unmount } from "../../test/support/e2e/scratch.ts";
import { tinyImage } from "../../test/support/tiny-image.ts";
import { thisMachine } from "../support/machine.ts";
import { report } from "../support/report.ts";
import type { Round } from "../support/soak-worker.ts";

const LINK: Link = { outside: "swsoak-out", inside: "swsoak-in", near: "10.213.78.1/30", far: "10.213.78.2/30" };
const WORKER = join(import.meta.dirname, "../support/soak-worker.ts");

const ended = (child: ChildProcess): Promise<readonly Round[]> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.once("error", reject).once("close", (code) => {
      if (code !== 0) reject(new Error(`the soak's process ended with ${code ?? "a signal"}`));
      else
        resolve(
          text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Round),
        );
    });
  });

const machine = thisMachine();
const lacking = await whyNoOwnEngine();
if (lacking !== undefined) throw new Error(lacking);
const folder = mkdtempSync("/tmp/sw-soak-");
let rounds: readonly Round[] = [];
try {
  const engine = await startOwnEngine({ folder }, LINK);
  const image = await tinyImage();
  const loaded = await exec("sh", ["-c", `docker save ${image} | docker --host ${engine.dockerHost} load`], { timeoutMs: 120_000 });
  if (loaded.exitCode !== 0) throw new Error(`the image could not be loaded: ${lastWords(loaded)}`);
  const state = { SEAWORTHY_STATE: join(folder, "state"), SEAWORTHY_RUN: join(folder, "run"), DOCKER_HOST: engine.dockerHost };
  const node = [process.execPath, "--expose-gc", WORKER, folder, image];
  const worker = spawn("nsenter", [`--net=${engine.netns}`, ...node], {
    env: { ...process.env, ...state },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void worker.kill(signal));
  rounds = await ended(worker);
} finally {
  await stopEngineOf(folder, LINK);
  await unmount(folder);
  rmSync(folder, { recursive: true, force: true });
}

const first = rounds[1] ?? rounds[0];
const last = rounds.at(-1);
if (first === undefined || last === undefined) throw new Error("the soak measured nothing");
const wrong = rounds.flatMap(({ wrong: words, round }) => words.map((one) => `round ${round}: ${one}`));
for (const words of wrong) console.error(words);
/** Beyond the second round, when everything has been loaded and every cache filled. */
const grown = (pick: (one: Round) => number): number => pick(last) - pick(first);
const flat =
  grown((one) => one.heapMb) < 10 &&
  grown((one) => one.descriptors) <= 2 &&
  grown((one) => one.proxyMb) < 10 &&
  grown((one) => one.proxyDescriptors) <= 10;
report(
  "soak",
  rounds.map(({ round, wrong: _, ...figures }) => ({ what: `round ${round}`, figures: { ...figures } })),
  {
    words: `memory and descriptors stay flat from the second round to the last (heap ${grown((one) => one.heapMb).toFixed(1)} MB, HAProxy ${grown((one) => one.proxyMb).toFixed(1)} MB, descriptors ${grown((one) => one.descriptors)} and ${grown((one) => one.proxyDescriptors)}), nothing is left over and no request fails (${wrong.length} findings)`,
    met: flat && wrong.length === 0,
  },
  machine,
);
