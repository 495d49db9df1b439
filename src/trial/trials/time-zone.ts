import { load } from "../load.ts";
import type { Trial } from "../trial.ts";

const STAMP = /\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?/;
/** Of a clock in another zone the difference is at least a quarter of an hour. */
const NEAR_MS = 5 * 60_000;

export const timeZone: Trial = {
  id: "time-zone",
  items: ["clock"],
  level: "quick",
  summary: "Its clock shows UTC, or the zone that it says.",
  why: "Logs of several services are put side by side when something went wrong. A local time without its offset is wrong by hours, and twice a year by one more.",
  method: "Times in what it logs are held against the engine's clock: those with an offset must name it, those without must be UTC.",
  source: "https://www.rfc-editor.org/rfc/rfc3339#section-4.3",
  applies: () => true,
  run: async (lab, { running, smoke }) => {
    await load(running, smoke, { forMs: 200, connections: 1, perSecond: 10 });
    const stamped = (await running.logs(200)).flatMap((line) => {
      const found = STAMP.exec(line);
      return found === null ? [] : [{ text: found[0], offset: found[1] }];
    });
    const last = stamped.at(-1);
    const declared = lab.subject.spec.environment["TZ"];
    if (last === undefined)
      return {
        state: "not-tried",
        because: "nothing that it logs has a time",
        ...(declared === undefined ? {} : { measured: { TZ: declared } }),
      };
    const measured = { time: last.text, ...(declared === undefined ? {} : { TZ: declared }) };
    if (last.offset !== undefined) return { state: "proven", because: `its log says when, with the offset: ${last.text}`, measured };
    const asUtc = Date.parse(`${last.text.replace(" ", "T").replace(",", ".")}Z`);
    if (Math.abs(Date.now() - asUtc) < NEAR_MS) return { state: "proven", because: `its log has times in UTC: ${last.text}`, measured };
    return { state: "disproved", because: `its log has times that are not UTC, and does not say of which zone: ${last.text}`, measured };
  },
};
