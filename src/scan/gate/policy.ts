import type { ScanSettings } from "../../project/index.ts";
import { readBaseline } from "./baseline-file.ts";
import type { GatePolicy } from "./judge.ts";
import { readVex } from "./vex/read.ts";

/** Where files that are named lie, and where settings were written. */
export interface PolicySources {
  /** What paths in messages are shown from. Absolute. */
  readonly cwd: string;
  /** `file:line:column` of the waiver at an index of `x-seaworthy.scan.waive`. */
  readonly placeOfWaiver?: (index: number) => string | undefined;
}

/** What the gate asks, by the settings: reads the files that they name. @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID with the place */
export const gatePolicy = ({ fail, onlyFixed, waive, vex, baseline }: ScanSettings, { cwd, placeOfWaiver }: PolicySources): GatePolicy => ({
  fail,
  onlyFixed,
  waivers: waive.map((waiver, index) => {
    const place = placeOfWaiver?.(index);
    return place === undefined ? waiver : { ...waiver, place };
  }),
  vex: vex.flatMap((path) => readVex(path, cwd)),
  ...(baseline === undefined ? {} : { baseline: readBaseline(baseline, cwd) }),
});
