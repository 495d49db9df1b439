import type { Clock } from "../../core/index.ts";
import type { Store } from "../store/store.ts";
import type { Count, Gauge } from "./figures.ts";

const JOBS = ["gc", "scrub", "retain"] as const;
type Job = (typeof JOBS)[number];

/** Beside the schedule's own mark: a run by command does not put off the next one that is due. */
const lastOf = (job: Job): string => `last-${job}`;

export interface WatchedUpkeep {
  readonly store: Store;
  gauges(): readonly Gauge[];
}

/** The store with its upkeep counted, whoever asks for it: the settings' schedule or a command. */
export const watchUpkeep = (store: Store, count: Count, clock: Clock): WatchedUpkeep => {
  const lastMs = new Map<Job, number>();
  let held: number | undefined;
  const over = (job: Job, began: number, result: "done" | "failed"): void => {
    const ms = clock.elapsed() - began;
    lastMs.set(job, ms);
    count("seaworthy_registry_upkeep_runs_total", [job, result]);
    count("seaworthy_registry_upkeep_seconds_total", [job], ms / 1000);
    if (result === "done") store.noteDone(lastOf(job));
  };
  const timed = async <Report>(job: Job, work: () => Promise<Report>): Promise<Report> => {
    const began = clock.elapsed();
    try {
      const report = await work();
      over(job, began, "done");
      return report;
    } catch (error) {
      over(job, began, "failed");
      throw error;
    }
  };
  return {
    store: {
      ...store,
      collect: async (options) => {
        if (options.dryRun) return store.collect(options);
        const report = await timed("gc", () => store.collect(options));
        held = report.heldManifests;
        count("seaworthy_registry_gc_manifests_total", [], report.manifests.length);
        count("seaworthy_registry_gc_blobs_total", ["condemned"], report.condemned);
        count("seaworthy_registry_gc_blobs_total", ["removed"], report.removed.length);
        count("seaworthy_registry_gc_orphans_total", [], report.orphans.length);
        count("seaworthy_registry_gc_freed_bytes_total", [], report.freedBytes);
        return report;
      },
      scrub: async (options) => {
        const report = await timed("scrub", () => store.scrub(options));
        count("seaworthy_registry_scrub_blobs_total", [], report.blobs);
        count("seaworthy_registry_scrub_read_bytes_total", [], report.readBytes);
        count("seaworthy_registry_scrub_damaged_total", ["blob"], report.quarantined.length);
        count("seaworthy_registry_scrub_damaged_total", ["manifest"], report.damagedManifests.length);
        return report;
      },
      retain: (options) => {
        if (options.dryRun) return store.retain(options);
        const began = clock.elapsed();
        try {
          const report = store.retain(options);
          const dropped = report.repositories.map(({ refused, verdicts }) =>
            refused === undefined ? verdicts.filter(({ keep }) => !keep).length : 0,
          );
          over("retain", began, "done");
          count(
            "seaworthy_registry_retain_tags_total",
            [],
            dropped.reduce((all, tags) => all + tags, 0),
          );
          count("seaworthy_registry_retain_refused_total", [], report.repositories.filter(({ refused }) => refused !== undefined).length);
          return report;
        } catch (error) {
          over("retain", began, "failed");
          throw error;
        }
      },
    },
    gauges: () => [
      ...JOBS.flatMap((job): readonly Gauge[] => [
        {
          name: "seaworthy_registry_upkeep_last_done_timestamp_seconds",
          labels: [job],
          value: Math.max(store.doneAt(job), store.doneAt(lastOf(job))) / 1000,
        },
        ...(lastMs.has(job)
          ? [{ name: "seaworthy_registry_upkeep_last_seconds" as const, labels: [job], value: (lastMs.get(job) ?? 0) / 1000 }]
          : []),
      ]),
      ...(held === undefined ? [] : [{ name: "seaworthy_registry_gc_held_manifests" as const, value: held }]),
    ],
  };
};
