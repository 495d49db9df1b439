import { randomBytes } from "node:crypto";
import { ask } from "../smoke/request.ts";
import { tailOf } from "../tail.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

/** More than a usual buffer of 8 KB holds, for lines of any length. */
const MOST = 300;
const FOR_MS = 2000;
const AT_ONCE = 4;
/** Who has not ended by then is killed. */
const LONGEST_SECONDS = 5;

export const logsComplete: Trial = {
  id: "logs-complete",
  items: ["logs-stdout"],
  level: "standard",
  summary: "What it logged before it is stopped is not lost.",
  why: "A program whose output is no terminal keeps lines in a buffer, in many languages. What happened right before a crash or a release is exactly what is not there when somebody looks.",
  method: `At most ${MOST} requests carry a number in their query; the container is stopped right after the last answer. Of a log that has the numbers up to some point and none after it, the end was lost.`,
  source: "https://12factor.net/logs",
  applies: (_subject, { smoke }) =>
    smoke.requests.some(({ method }) => method === "GET") ? true : "it answers no GET that could be found again in its log",
  run: async (lab, { smoke, limitMs }) => {
    const wanted = smoke.requests.find(({ method }) => method === "GET");
    if (wanted === undefined) return { state: "not-tried", because: "it answers no GET" };
    const running = await lab.start({ name: "logs-complete" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const mark = `sw${randomBytes(4).toString("hex")}n`;
    const until = performance.now() + FOR_MS;
    let next = 0;
    let refused: string | undefined;
    const worker = async (): Promise<void> => {
      while (next < MOST && performance.now() < until && refused === undefined) {
        const path = `${wanted.path}${wanted.path.includes("?") ? "&" : "?"}trial=${mark}${next++}x`;
        const { status, error } = await ask(() => running.dial(wanted.port), { ...wanted, path });
        if (status !== wanted.expect) refused = status === undefined ? (error ?? "no answer") : String(status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (refused !== undefined) {
      await running.remove();
      return { state: "not-tried", because: `a number in its query is answered otherwise (${refused})` };
    }
    const graceSeconds = Math.min(lab.subject.spec.stopGraceSeconds, LONGEST_SECONDS);
    const { exitCode } = await running.stop(graceSeconds);
    const text = (await running.logs()).join("\n");
    await running.remove();
    const found = new Set([...text.matchAll(new RegExp(`${mark}(\\d+)x`, "g"))].map(([, number]) => Number(number)));
    const tail = tailOf(found, next);
    const measured = { requests: next, logged: found.size, exitCode: exitCode ?? "unknown" };
    if (tail.kind === "all")
      return {
        state: "proven",
        because: `each of ${next} requests right before the stop is in its log`,
        measured,
        unless: "what it logs of anything but requests is not seen",
      };
    if (tail.kind === "none") return { state: "not-tried", because: "nothing that it logs names a request", measured };
    if (tail.kind === "some") return { state: "not-tried", because: `it logs some requests, ${tail.found} of ${next}`, measured };
    const lost = `of ${next} requests right before the stop the last ${tail.lost} are not in its log`;
    // It might have written the rest, given as much time as it asks for.
    if (exitCode === 137 && graceSeconds < lab.subject.spec.stopGraceSeconds)
      return { state: "not-tried", because: `${lost}; it was killed after ${graceSeconds} s`, measured };
    return { state: "disproved", because: lost, measured };
  },
};
