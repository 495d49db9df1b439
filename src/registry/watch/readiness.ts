import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/index.ts";

/** Whoever asks without end must not make us write without end. */
const REMEMBER_MS = 2000;

export interface ReadinessPorts {
  readonly dataFolder: string;
  readonly reserveBytes: number;
  /** Why blobs cannot be stored, for other reasons than this disk's. */
  readonly storageFault: () => Promise<string | undefined>;
  /** Throws when the databases do not answer. */
  readonly ask: () => void;
  readonly clock: Clock;
}

/** Why this registry cannot take a push at this moment, in a few words; undefined when it can. */
export const createReadiness = ({
  dataFolder,
  reserveBytes,
  ask,
  storageFault,
  clock,
}: ReadinessPorts): (() => Promise<string | undefined>) => {
  let last: { readonly at: number; readonly fault: Promise<string | undefined> } | undefined;
  const look = async (): Promise<string | undefined> => {
    try {
      const { bavail, bsize } = await statfs(dataFolder);
      if (bavail * bsize < reserveBytes) return "no space left for images";
      const probe = join(dataFolder, ".ready");
      await (await open(probe, "w", 0o600)).close();
      await rm(probe, { force: true });
    } catch {
      return "the data folder cannot be written";
    }
    try {
      ask();
    } catch {
      return "the database does not answer";
    }
    return storageFault();
  };
  return () => {
    if (last === undefined || clock.now() - last.at > REMEMBER_MS || clock.now() < last.at) last = { at: clock.now(), fault: look() };
    return last.fault;
  };
};
