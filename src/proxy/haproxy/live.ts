import { SeaworthyError } from "../../core/index.ts";
import { type Backend, mainOf } from "../backend.ts";
import { HOLD_FILE, holdValue } from "./holds.ts";
import { LIMITS_FILE, limitValues } from "./limits.ts";
import { MAINTENANCE_FILE, maintenanceValue } from "./maintenance.ts";
import type { Runtime } from "./runtime.ts";
import { sideValue, SIDES_FILE, steered } from "./sides.ts";

/** Everything of a backend that stands in a map, and so changes without a reload: which file, which key, which value. */
const valuesOf = (backend: Backend, backends: readonly Backend[]): readonly (readonly [file: string, key: string, value: string])[] => {
  const { name, steering } = backend;
  if (mainOf(name) !== name) return [];
  return [
    [HOLD_FILE, name, holdValue(backend)],
    [MAINTENANCE_FILE, name, maintenanceValue(backend)],
    ...limitValues(backend).map(([key, value]) => [LIMITS_FILE, key, String(value)] as const),
    ...(steered(backends).some((one) => one.name === name) ? [[SIDES_FILE, name, sideValue(steering)] as const] : []),
  ];
};

/** The keys are in the maps from the configuration's files, so this changes values and adds nothing. @throws PROXY_UNREACHABLE when HAProxy has no such key */
export const setLive = async (runtime: Runtime, configFolder: string, backend: Backend, backends: readonly Backend[]): Promise<void> => {
  for (const [file, key, value] of valuesOf(backend, backends)) {
    const answer = (await runtime(`set map ${configFolder}/${file} ${key} ${value}`)).trim();
    if (answer !== "")
      throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy did not set ${key} of ${file} to ${value}: ${answer.split("\n")[0] ?? ""}`);
  }
};
