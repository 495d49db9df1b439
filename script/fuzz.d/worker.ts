/** Runs cases one after another, and says what it found. The parent watches `progress`: the case at work and when it began. */
import { parentPort, workerData } from "node:worker_threads";
import { caseOf, faultIn, type Fault, type Kind, reduced } from "./case.ts";
import { baseTexts } from "./texts.ts";

export interface Work {
  readonly seed: number;
  readonly from: number;
  /** Not this case and none after it. */
  readonly until: number;
  readonly only?: Kind;
  /** [case at work, milliseconds since the epoch when it began, or 0 while a found one is made smaller]. */
  readonly progress: Float64Array;
}

export type Report =
  | {
      readonly type: "fault";
      readonly index: number;
      readonly kind: Kind;
      readonly fault: Fault;
      readonly text: string;
      readonly whole: string;
    }
  | { readonly type: "ran"; readonly counts: Readonly<Record<string, number>>; readonly slowest: readonly Slowest[] };

export interface Slowest {
  readonly index: number;
  readonly kind: Kind;
  readonly tookMs: number;
  readonly length: number;
}

const { seed, from, until, only, progress }: Work = workerData;
const texts = baseTexts();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
const say = (report: Report): void => parentPort?.postMessage(report);

// What is not compiled yet is slow once, and says nothing.
for (let index = 0; index < 400; index += 1) await faultIn(caseOf(~seed, index, texts, only));

let counts: Record<string, number> = {};
let slowest = new Map<Kind, Slowest>();
const tell = (): void => {
  say({ type: "ran", counts, slowest: [...slowest.values()] });
  counts = {};
  slowest = new Map();
};
for (let index = from; index < until; index += 1) {
  const one = caseOf(seed, index, texts, only);
  progress[0] = index;
  progress[1] = Date.now();
  const { fault, tookMs } = await faultIn(one);
  progress[1] = 0;
  counts[one.kind] = (counts[one.kind] ?? 0) + 1;
  if (tookMs > (slowest.get(one.kind)?.tookMs ?? 0)) slowest.set(one.kind, { index, kind: one.kind, tookMs, length: one.text.length });
  if (fault !== undefined) say({ type: "fault", index, kind: one.kind, fault, text: await reduced(one, fault), whole: one.text });
  if (index % 50 === 0) {
    tell();
    // Lets messages out.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
tell();
