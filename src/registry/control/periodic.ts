import { wordsOf } from "../../core/index.ts";
import type { LogEntry } from "../http/service.ts";
import type { Upkeep } from "./operations.ts";

const LOOK_EVERY_MS = 60_000;
/** A registry that has just started has other things to do. */
const FIRST_AFTER_MS = 5 * 60_000;

interface Job {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<string | undefined>;
}

/**
 * Retention, collection and scrub of a serving registry, by its settings: by default a collection a day and each blob read again every 30 days, at 8 MiB
 * a second; retention only when `retain.every` says so. One after the other. What fails is told and tried again when it is due the next time. Returns how
 * to end it; what is under way stops where it is, which loses nothing.
 */
export const keepUp = (upkeep: Upkeep, log: (entry: LogEntry) => void): (() => Promise<void>) => {
  const { store, policy, clock, liveDigests } = upkeep;
  const stop = new AbortController();
  const { signal } = stop;
  const startedAt = clock.now();

  /** By the settings of this moment. */
  const jobs = (): readonly Job[] => {
    const { gc, retain, scrub, storage } = policy.settings;
    const { keepCopy } = store;
    return [
      {
        name: "retain",
        everyMs: retain.every ?? 0,
        work: async () => {
          const { repositories, operation } = store.retain({ dryRun: false, confirmed: false, liveDigests: await liveDigests() });
          for (const { repository, refused } of repositories)
            if (refused !== undefined)
              log({
                level: "warning",
                message: `retention of ${repository} was not carried out: ${refused}; see registry retain --dry-run`,
              });
          return operation === undefined ? undefined : `retention dropped tags (registry undo ${operation} brings them back)`;
        },
      },
      {
        name: "gc",
        everyMs: gc.every,
        work: async () => {
          const { manifests, freedBytes } = await store.collect({ dryRun: false, liveDigests: await liveDigests(), signal });
          return manifests.length === 0 && freedBytes === 0
            ? undefined
            : `collected ${manifests.length} manifests, freed ${freedBytes} bytes`;
        },
      },
      {
        name: "scrub",
        // What is due is decided blob by blob.
        everyMs: Math.min(scrub.every, 3_600_000),
        work: async () => {
          const { quarantined, damagedManifests } = await store.scrub({
            verifiedBefore: clock.now() - scrub.every,
            bytesPerSecond: scrub.bytesPerSecond,
            signal,
          });
          for (const { digest, why, images } of quarantined)
            log({
              level: "error",
              message: `the blob ${digest} is rotten: ${why}. Push again: ${images.join(", ") || "no tagged image needs it"}`,
            });
          for (const name of damagedManifests) log({ level: "error", message: `the manifest ${name} is damaged: push it again` });
          return undefined;
        },
      },
      {
        name: "index",
        everyMs: keepCopy === undefined ? 0 : (storage.s3?.indexEvery ?? 0),
        work: async () => `a copy of the database is in the bucket: ${await keepCopy?.()}`,
      },
    ];
  };

  const isDue = ({ name, everyMs }: Job): boolean => {
    const now = clock.now();
    return everyMs > 0 && now - startedAt >= FIRST_AFTER_MS && now - store.doneAt(name) >= everyMs;
  };
  const round = async (): Promise<void> => {
    for (const job of jobs()) {
      if (signal.aborted || !isDue(job)) continue;
      try {
        const said = await job.work();
        if (said !== undefined) log({ level: "info", message: said });
        store.noteDone(job.name);
      } catch (error) {
        if (!signal.aborted) log({ level: "error", message: `${job.name} failed: ${wordsOf(error)}` });
      }
    }
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await round();
    }
  };
  const ended = loop();
  return async () => {
    stop.abort();
    await ended;
  };
};
