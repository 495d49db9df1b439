import { resolve } from "node:path";
import { formatPlace } from "../core/index.ts";
import { readSettings, type ScanSettings } from "../project/index.ts";
import { DEFAULT_GATE, gatePolicy, type GatePolicy } from "../scan/index.ts";
import { problemsError } from "../source/index.ts";
import type { Context } from "./context.ts";

/** What a command line asks of the gate, instead of the settings or beside them. */
export interface GateFlags {
  readonly fail?: ScanSettings["fail"];
  readonly onlyFixed?: boolean;
  readonly vex?: readonly string[];
  readonly baseline?: string;
  /** Whose settings count beside the project's: an environment's. */
  readonly env?: string;
}

const NO_SETTINGS: ScanSettings = { fail: DEFAULT_GATE.fail, onlyFixed: DEFAULT_GATE.onlyFixed, waive: [], vex: [] };

/** The gate's policy: of `x-seaworthy.policy.scan` and `x-seaworthy.scan` where this folder has one, and of the flags, which win; VEX documents of both count. @throws what is wrong with them, at its place */
export const scanPolicy = ({ cwd, process }: Pick<Context, "cwd" | "process">, flags: GateFlags): GatePolicy => {
  const read = readSettings({ folder: cwd, env: process.env, environment: flags.env });
  if (read !== undefined && read.problems.length > 0) throw problemsError(read.problems);
  const settings = read?.settings.settings.scan ?? NO_SETTINGS;
  const baseline = flags.baseline === undefined ? settings.baseline : resolve(cwd, flags.baseline);
  return gatePolicy(
    {
      fail: flags.fail ?? settings.fail,
      onlyFixed: flags.onlyFixed ?? settings.onlyFixed,
      waive: settings.waive,
      vex: [...settings.vex, ...(flags.vex ?? []).map((path) => resolve(cwd, path))],
      ...(baseline === undefined ? {} : { baseline }),
    },
    {
      cwd,
      placeOfWaiver: (index) => {
        const origin = read?.settings.locate("x-seaworthy", "scan", "waive", index);
        return origin === undefined ? undefined : formatPlace(origin.path, origin.range);
      },
    },
  );
};
