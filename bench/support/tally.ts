import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../node_modules/.cache/seaworthy-bench");

/** Runs of a long bench that together are one result, because a machine is seldom free for all of it at once. */
export interface Tally<Run> {
  readonly runs: readonly Run[];
  add(run: Run): readonly Run[];
}

/** `FRESH=1` begins anew. */
export const openTally = <Run>(name: string): Tally<Run> => {
  const path = join(FOLDER, `${name}.json`);
  if (process.env["FRESH"] === "1") rmSync(path, { force: true });
  const runs = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Run[]) : [];
  return {
    runs,
    add: (run) => {
      const all = [...runs, run];
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(path, JSON.stringify(all, undefined, 2));
      return all;
    },
  };
};
