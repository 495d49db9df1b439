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

/** What HAProxy said against commands that were sent in one breath: a line each, and nothing for those that it did. */
const saidTo = async (runtime: Runtime, commands: readonly string[]): Promise<readonly string[]> =>
  commands.length === 0 ? [] : (await runtime(commands.join(";"))).split("\n").filter((line) => line.trim() !== "");

/** @throws PROXY_UNREACHABLE when HAProxy has no such map */
export const setLive = async (runtime: Runtime, configFolder: string, backend: Backend, backends: readonly Backend[]): Promise<void> => {
  const values = valuesOf(backend, backends).map(([file, key, value]) => ({ map: `${configFolder}/${file}`, file, key, value }));
  const refuse = (concerned: typeof values, answer: string): never => {
    const names = concerned.map(({ file, key }) => `${key} of ${file}`).join(", ");
    throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy did not take ${names}: ${answer}`);
  };
  const gone = values.filter(({ value }) => value === undefined);
  const set = values.filter(({ value }) => value !== undefined);
  for (const answer of await saidTo(
    runtime,
    gone.map(({ map, key }) => `del map ${map} ${key}`),
  ))
    if (!MISSING.test(answer)) refuse(gone, answer);
  const refused = await saidTo(
    runtime,
    set.map(({ map, key, value }) => `set map ${map} ${key} ${value}`),
  );
  if (refused.length === 0) return;
  // A key is changed where it is, so that at no moment there is none; only a new one is added.
  for (const one of set) {
    const { map, key, value } = one;
    const [answer] = await saidTo(runtime, [`set map ${map} ${key} ${value}`]);
    const [added] = answer !== undefined && MISSING.test(answer) ? await saidTo(runtime, [`add map ${map} ${key} ${value}`]) : [answer];
    if (added !== undefined) refuse([one], added);
  }
};
