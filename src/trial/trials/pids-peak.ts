import { load } from "../load.ts";
import { countWhile, highest } from "../sample.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const HEADROOM = 2;
const STEP = 16;
const LEAST = 32;
/** Nearer than that to its limit it is one burst away from not being able to start anything. */
const ROOM = 1.2;

export const pidsPeak: Trial = {
  id: "pids-peak",
  items: ["resource-limits"],
  level: "deep",
  summary: "Its limit of processes leaves room over what it uses under load.",
  why: "Without a limit one loop that starts processes takes the whole host. With one that is too small nothing can be started any more, not even the health check.",
  method:
    "The most processes and threads at once, from its start through a load, is read from the kernel, which keeps it. Where it cannot be reached they are counted some twenty times a second, or as often as the engine tells them, which many do once a second.",
  source: "https://docs.kernel.org/admin-guide/cgroup-v2.html#pid",
  alone: true,
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const { running, used, result } = await countWhile(
      lab,
      () => lab.start({ name: "pids-peak" }),
      async (one) => {
        const up = await comesUp(one, smoke, limitMs);
        return { up, requests: up.up ? (await load(one, smoke, { forMs: 2500, connections: 16 })).requests : 0 };
      },
    );
    const peak = used.pidsPeak ?? highest(used.pids);
    await running.remove();
    if (!result.up.up) return { state: "not-tried", because: result.up.words };
    if (peak === 0) return { state: "not-tried", because: "the engine does not count processes here" };
    const limit = lab.subject.spec.resources.pids;
    const measured = {
      peak,
      samples: used.pids.length,
      from: used.pidsPeak === undefined ? used.from : "kernel's peak",
      requests: result.requests,
      ...(limit === undefined ? {} : { limit }),
    };
    const sampled = used.pidsPeak === undefined ? "sampled: a shorter peak can be missed; " : "";
    const unless = `${sampled}a short load starts fewer than a long day, and a health check takes some of its own`;
    const proposals = [
      {
        path: ["deploy", "resources", "limits", "pids"],
        value: Math.max(LEAST, Math.ceil((peak * HEADROOM) / STEP) * STEP),
        because: `it had at most ${peak} processes and threads over ${result.requests} requests`,
      },
    ];
    if (limit === undefined || limit <= 0)
      return { state: "disproved", because: `it has no limit of processes, and used at most ${peak}`, measured, unless, proposals };
    if (peak * ROOM > limit)
      return {
        state: "disproved",
        because: `it had ${peak} processes and threads of the ${limit} that it may`,
        measured,
        unless,
        proposals,
      };
    return { state: "proven", because: `it had at most ${peak} processes and threads of the ${limit} that it may`, measured, unless };
  },
};
