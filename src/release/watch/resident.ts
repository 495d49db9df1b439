import type { Actor } from "../actor.ts";
import { assertGoverned } from "../claim.ts";
import type { Rollouts } from "../rollouts.ts";
import type { ScheduledRuns } from "../schedule/scheduled-runs.ts";
import { keepSchedules } from "../schedule/scheduler.ts";
import { renewCertificates } from "./certificates.ts";
import { goOnWhenDue } from "./due.ts";
import { type Notice, watch } from "./watch.ts";
import { tryLock } from "../../core/index.ts";

/** All that a resident process does between rollouts, until the signal: events to the proxy, rollouts that are due, certificates, schedules. */
export const reside = async (
  actor: Actor,
  { resume }: Rollouts,
  scheduled: ScheduledRuns,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (notice: Notice) => void },
): Promise<void> => {
  const { journal, engine, proxy, state, who, clock, world, leasePath } = actor;
  /** Whoever rolls out has the lease for long; nobody waits for it here. */
  const alone = async (project: string, service: string, work: () => Promise<void>): Promise<boolean> => {
    using held = tryLock(leasePath(project, service), { who, what: `watch ${project}` });
    if (held === undefined) return false;
    await work();
    return true;
  };
  const ending = new AbortController();
  const due = goOnWhenDue(
    {
      journal,
      clock,
      goOn: (project) => resume(project, { signal }),
      say: (project, words) => say({ at: clock.now(), project, words }),
    },
    AbortSignal.any([signal, ending.signal]),
  );
  const renewing = renewCertificates(
    {
      proxy,
      clock,
      say: (project, words) => say({ at: clock.now(), words, ...(project === undefined ? {} : { project }) }),
    },
    AbortSignal.any([signal, ending.signal]),
  );
  const watching = watch(
    {
      engine,
      proxy,
      state,
      journal,
      clock,
      world: (project) => world(project, { signal }),
      governed: async () => void (await assertGoverned(engine, state)),
      alone,
      say,
    },
    signal,
  );
  const keeping = keepSchedules(
    {
      journal,
      clock,
      scheduled,
      governed: async () => void (await assertGoverned(engine, state)),
      say: (words, about) => say({ at: clock.now(), words, ...about }),
    },
    AbortSignal.any([signal, ending.signal]),
  );
  await watching.finally(() => ending.abort());
  await Promise.all([due, renewing, keeping]);
};
