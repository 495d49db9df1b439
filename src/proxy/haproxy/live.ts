import { SeaworthyError } from "../../core/index.ts";
import { type Backend, mainOf } from "../backend.ts";
import { HOLD_FILE, holdValue } from "./holds.ts";
import { LIMITS_FILE, limitValues } from "./limits.ts";
import { MAINTENANCE_FILE, maintenanceValue } from "./maintenance.ts";
import type { Runtime } from "./runtime.ts";
import { sideValue, SIDES_FILE, steered } from "./sides.ts";

/** Everything of a backend that stands in a map, and so changes without a reload: which file, which key, which value; undefined: not there. */
const valuesOf = (
  backend: Backend,
  backends: readonly Backend[],
): readonly (readonly [file: string, key: string, value: string | undefined])[] => {
  const { name, steering } = backend;
  if (mainOf(name) !== name) return [];
  return [
    [HOLD_FILE, name, holdValue(backend)],
    [MAINTENANCE_FILE, name, maintenanceValue(backend)],
    ...limitValues(backend).map(([key, value]) => [LIMITS_FILE, key, String(value)] as const),
    ...(steered(backends).some((one) => one.name === name) ? [[SIDES_FILE, name, sideValue(steering)] as const] : []),
  ];
};

const MISSING = /not found/i;

/** @throws PROXY_UNREACHABLE when HAProxy has no such map */
export const setLive = async (runtime: Runtime, configFolder: string, backend: Backend, backends: readonly Backend[]): Promise<void> => {
  for (const [file, key, value] of valuesOf(backend, backends)) {
    const tell = async (word: "add" | "set" | "del"): Promise<string> =>
      (await runtime(`${word} map ${configFolder}/${file} ${key}${word === "del" ? "" : ` ${value}`}`)).trim();
    let answer = await tell(value === undefined ? "del" : "set");
    // A key is changed where it is, so that at no moment there is none; only a new one is added.
    if (MISSING.test(answer)) answer = value === undefined ? "" : await tell("add");
    if (answer !== "")
      throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy did not take ${key} of ${file}: ${answer.split("\n")[0] ?? ""}`);
  }
};
