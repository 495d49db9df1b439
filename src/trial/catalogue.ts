import type { Level, Trial } from "./trial.ts";
import { LEVELS } from "./trial.ts";
import { droppedCapabilities } from "./trials/dropped-capabilities.ts";
import { fakeHealthcheck } from "./trials/fake-healthcheck.ts";
import { fileWrites } from "./trials/file-writes.ts";
import { gracefulStop } from "./trials/graceful-stop.ts";
import { listeningPorts } from "./trials/listening-ports.ts";
import { logs } from "./trials/logs.ts";
import { memoryPeak } from "./trials/memory-peak.ts";
import { noNewPrivileges } from "./trials/no-new-privileges.ts";
import { nonRoot } from "./trials/non-root.ts";
import { readOnlyRoot } from "./trials/read-only-root.ts";
import { reaping } from "./trials/reaping.ts";
import { startUp } from "./trials/start-up.ts";
import { stopSignal } from "./trials/stop-signal.ts";

/** Every experiment. The folder trials/ holds exactly these (catalogue.test.ts). */
export const TRIALS: readonly Trial[] = [
  nonRoot,
  readOnlyRoot,
  fileWrites,
  noNewPrivileges,
  droppedCapabilities,
  stopSignal,
  gracefulStop,
  reaping,
  fakeHealthcheck,
  startUp,
  memoryPeak,
  logs,
  listeningPorts,
];

/** Those of a level and of the levels below it. */
export const trialsOf = (level: Level): readonly Trial[] => TRIALS.filter((trial) => LEVELS.indexOf(trial.level) <= LEVELS.indexOf(level));
