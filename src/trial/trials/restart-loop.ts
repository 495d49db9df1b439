import { setTimeout as sleep } from "node:timers/promises";
import type { Baseline } from "../baseline.ts";
import type { Lab } from "../lab/lab.ts";
import { belowFirst, lookAt } from "../lab/processes.ts";
import type { Running } from "../lab/running.ts";
import { signalOthers } from "../lab/signals.ts";
import type { Reading, Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** What becomes of it when every process but the first is killed. */
const childrenKilled = async (lab: Lab, running: Running, { smoke, limitMs }: Baseline): Promise<Reading> => {
  const probe = await running.probe();
  const victims = belowFirst((await lookAt(probe)).processes);
  if (victims.length === 0) return { state: "proven", because: "it is one process, with which the container ends" };
  // With the first process the probe ends as well, in the middle of its work.
  await probe.sh(signalOthers("SIGKILL"), { asRoot: true }).catch(() => undefined);
  const up = await comesUp({ ...running, startedAt: performance.now() }, smoke, limitMs);
  const { exitCode, state } = await running.state();
  const who =
    victims.length === 1 ? "the process below its first one was killed" : `the ${victims.length} processes below its first one were killed`;
  const measured = {
    killed: victims.map(({ command, name }) => (command || name).trim().slice(0, 100)),
    exitCode: up.up || exitCode === undefined ? "runs on" : exitCode,
  };
  if (up.up) return { state: "proven", because: `when ${who} it served again after ${seconds(up.tookMs)}`, measured };
  if (state === "running") {
    const late = `when ${who} the first one lived on and did not serve within ${seconds(limitMs)}`;
    // What came in their place may only be slow.
    if (belowFirst((await lookAt(probe)).processes).length > 0) return { state: "not-tried", because: late, measured };
    return { state: "disproved", because: `${late}: what runs is not restarted`, measured };
  }
  if (exitCode === 0 && lab.subject.spec.restart.policy === "on-failure")
    return { state: "disproved", because: `when ${who} it ended with 0, which on-failure does not restart`, measured };
  return { state: "proven", because: `when ${who} it ended with ${exitCode ?? "no status"}`, measured };
};

export const restartLoop: Trial = {
  id: "restart-loop",
  items: ["restart-policy"],
  level: "deep",
  summary: "Killed in the middle, it comes up again; and the container ends when its program does.",
  why: "A lock or a half-written file that a crash leaves behind makes an endless row of crashes of it. A first process that outlives the program keeps the container running, and serving nobody.",
  method:
    "The container is killed with SIGKILL and started again: its smoke requests must be answered as before. Then every process but the first is killed: it must serve again, or end, and not with success where only failures are restarted.",
  source: "https://docs.docker.com/engine/containers/start-containers-automatically/",
  applies: () => true,
  run: async (lab, baseline) => {
    const { smoke, limitMs } = baseline;
    const first = await lab.start({ name: "restart-loop" });
    const up = await comesUp(first, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    await lab.engine.containers.kill(first.name, "SIGKILL");
    while ((await first.state()).state === "running") await sleep(20);
    const second = await first.startAgain();
    const again = await comesUp(second, smoke, limitMs);
    if (!again.up) {
      const because = `killed and started again, ${again.words}`;
      // What ends by itself does so on a quiet machine too; what is late need not.
      return { state: again.exitCode === undefined ? "not-tried" : "disproved", because, measured: { upMs: up.tookMs } };
    }
    const reading = await childrenKilled(lab, second, baseline);
    await second.remove();
    return {
      ...reading,
      because: `killed and started again it was up after ${seconds(again.tookMs)}, at first after ${seconds(up.tookMs)}; ${reading.because}`,
      measured: { upMs: up.tookMs, upAgainMs: again.tookMs, ...reading.measured },
      unless: "what only a crash in the middle of a write leaves behind is not met, nor a supervisor that waits for longer",
    };
  },
};
