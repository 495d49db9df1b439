import { hasCode, SeaworthyError } from "../../core/index.ts";
import { type AnswerTimes, nextOf, type Sides } from "../../proxy/index.ts";
import { between, judge, type SideSeen, type Verdict } from "../verdict.ts";
import { answered } from "./servers.ts";
import type { Perform, World } from "./world.ts";

export const steer: Perform<"steer"> = async ({ backend, release, weight, sticky }, { proxy }) => {
  await proxy.steer(backend, { release, share: Math.round(weight * 100), ...(sticky === undefined ? {} : { sticky }) });
  return undefined;
};

export const endSteering: Perform<"end-steering"> = async ({ backend }, { proxy }) => {
  if (proxy.declared(backend)?.steering !== undefined) await proxy.steer(backend);
  return undefined;
};

const LOOK_MS = 1000;

/** Nothing of the next release passes its check, looked at twice so that one lost check is not taken for it. */
const isDown = async ({ proxy }: World, backend: string): Promise<boolean> => {
  const servers = await proxy.servers(nextOf(backend));
  return servers !== undefined && servers.every(({ status }) => !status.startsWith("UP"));
};

/** The access log of one HAProxy worker; nothing where there is none, which the verdict then says. */
const follow = async ({ proxy }: World, backend: string): Promise<AnswerTimes | undefined> => {
  try {
    return await proxy.answerTimes(backend);
  } catch (error) {
    if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
    return undefined;
  }
};

const NO_TIMES = { stable: { answers: 0 }, next: { answers: 0 } } as const;

/** Both sides since the first reading of this worker. */
const seenSince = (first: Sides, now: Sides, times: AnswerTimes | undefined): { readonly stable: SideSeen; readonly next: SideSeen } => {
  const told = times?.read() ?? NO_TIMES;
  return { stable: { ...between(first.stable, now.stable), ...told.stable }, next: { ...between(first.next, now.next), ...told.next } };
};

/**
 * Compares both sides while time passes. A new release that is plainly worse is refused as soon as that is plain; otherwise what counts is the whole time.
 * @throws RELEASE_NOT_LIVE when it is worse, PAUSED when too few requests came to tell
 */
export const analyse: Perform<"analyse"> = async ({ backend, forMs, requests, errors, p95 }, world) => {
  const { clock, proxy, signal } = world;
  const criteria = { requests, errors, p95 };
  let first: Sides | undefined;
  let times: AnswerTimes | undefined;
  let begun = clock.elapsed();
  let downs = 0;
  const worse = (why: string, verdict?: Verdict): SeaworthyError =>
    new SeaworthyError("RELEASE_NOT_LIVE", why, {
      hint: "The previous release serves everybody. seaworthy logs shows what the new one wrote.",
      ...(verdict === undefined ? {} : { details: { ...verdict } }),
    });
  try {
    for (;;) {
      let said = await answered(world, () => proxy.sides(backend));
      // Another worker counts from nothing: the comparison begins anew.
      if ("answer" in said && said.answer !== undefined && said.answer.worker !== first?.worker) {
        times?.[Symbol.dispose]();
        times = await follow(world, backend);
        said = await answered(world, () => proxy.sides(backend));
        first = "answer" in said ? said.answer : undefined;
        begun = clock.elapsed();
      }
      const now = "silence" in said ? undefined : said.answer;
      const past = clock.elapsed() - begun;
      if (first !== undefined && now !== undefined) {
        const seen = seenSince(first, now, times);
        const verdict = judge(seen.stable, seen.next, criteria);
        if (verdict.verdict === "bad") throw worse(verdict.words, verdict);
        if (past >= forMs) {
          if (verdict.verdict === "thin") throw new SeaworthyError("PAUSED", verdict.words, { details: { ...verdict } });
          return { ...verdict };
        }
        downs = (await isDown(world, backend)) ? downs + 1 : 0;
        if (downs >= 3) throw worse("no container of the new release passes its check any more");
      } else if (past > forMs + 60_000)
        throw new SeaworthyError("PAUSED", `inconclusive: HAProxy does not say what both sides of ${backend} did`);
      await clock.sleep(LOOK_MS, signal);
    }
  } finally {
    times?.[Symbol.dispose]();
  }
};
