import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../lab/running.ts";
import { ask, type SmokeRequest } from "../smoke/request.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

const WRITES_MS = 1500;

const numbered = (request: SmokeRequest, n: number): SmokeRequest => ({
  ...request,
  path: request.path.replaceAll("{n}", String(n)),
  ...(request.body === undefined ? {} : { body: request.body.replaceAll("{n}", String(n)) }),
});

const ok = (request: SmokeRequest, status: number | undefined): boolean =>
  status !== undefined && (request.expect === undefined ? status < 300 : status === request.expect);

export const crashSafeState: Trial = {
  id: "crash-safe-state",
  items: ["stateless"],
  proves: ["stateless"],
  level: "standard",
  summary: "What was acknowledged is there after a kill, and after the container was made anew.",
  why: "Containers are killed: for memory, by a host that goes down, by every release that was in a hurry. What lived in the process or in the container's own layer is gone then, and a customer was told that it was kept.",
  method:
    "Writes are acknowledged for a while; the container is killed, started again and read from, then removed, made anew with the same volumes and read from again. Each acknowledged write must be there.",
  source: "https://12factor.net/processes",
  applies: ({ state }) => (state.length > 0 ? true : "no pair of requests that writes and reads back is given (x-seaworthy.trial.state)"),
  run: async (lab, { smoke, limitMs }) => {
    const [pair] = lab.subject.state;
    if (pair === undefined) return { state: "not-tried", because: "no pair of requests is given" };
    const port = pair.write.port ?? smoke.requests[0]?.port ?? 80;
    const missing = async (running: Running, written: readonly number[]): Promise<number> => {
      let lost = 0;
      for (const n of written) {
        const read = numbered(pair.read, n);
        if (!ok(read, (await ask(() => running.dial(read.port ?? port), read)).status)) lost += 1;
      }
      return lost;
    };
    const first = await lab.start({ name: "state", volumes: "state" });
    const up = await comesUp(first, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const written: number[] = [];
    for (let n = Date.now() % 1_000_000, until = performance.now() + WRITES_MS; performance.now() < until; n += 1) {
      const write = numbered(pair.write, n);
      if (ok(write, (await ask(() => first.dial(port), write)).status)) written.push(n);
    }
    if (written.length === 0) return { state: "not-tried", because: "none of the writes was acknowledged" };
    await lab.engine.containers.kill(first.name, "SIGKILL");
    while ((await first.state()).state === "running") await sleep(20);
    const second = await first.startAgain();
    const again = await comesUp(second, smoke, limitMs);
    if (!again.up)
      return {
        state: "disproved",
        because: `after a kill it did not come up again: ${again.words}`,
        measured: { acknowledged: written.length },
      };
    const afterKill = await missing(second, written);
    await second.remove();
    const anew = await lab.start({ name: "state-anew", volumes: "state" });
    const upAnew = await comesUp(anew, smoke, limitMs);
    const afterRecreation = upAnew.up ? await missing(anew, written) : written.length;
    await anew.remove();
    const measured = { acknowledged: written.length, lostAfterKill: afterKill, lostAfterRecreation: afterRecreation };
    if (afterKill + afterRecreation > 0)
      return {
        state: "disproved",
        because: `of ${written.length} acknowledged writes ${afterKill} were lost by a kill and ${afterRecreation} by making the container anew`,
        measured,
      };
    return {
      state: "proven",
      because: `all ${written.length} acknowledged writes were there after a kill and in a container made anew`,
      measured,
      unless: "a host that loses power can still lose what the kernel had not written",
    };
  },
};
