import type { Level, Trial } from "./trial.ts";
import { LEVELS } from "./trial.ts";
import { arbitraryUser } from "./trials/arbitrary-user.ts";
import { cachedRebuild } from "./trials/cached-rebuild.ts";
import { crashSafeState } from "./trials/crash-safe-state.ts";
import { cpuThrottling } from "./trials/cpu-throttling.ts";
import { declaredVolumes } from "./trials/declared-volumes.ts";
import { dependencyDown } from "./trials/dependency-down.ts";
import { diskGrowth } from "./trials/disk-growth.ts";
import { droppedCapabilities } from "./trials/dropped-capabilities.ts";
import { earlyReadiness } from "./trials/early-readiness.ts";
import { effectivePrivileges } from "./trials/effective-privileges.ts";
import { egress } from "./trials/egress.ts";
import { fakeHealthcheck } from "./trials/fake-healthcheck.ts";
import { fileWrites } from "./trials/file-writes.ts";
import { frozenHealthcheck } from "./trials/frozen-healthcheck.ts";
import { gracefulStop } from "./trials/graceful-stop.ts";
import { leastCapabilities } from "./trials/least-capabilities.ts";
import { listeningPorts } from "./trials/listening-ports.ts";
import { logLimits } from "./trials/log-limits.ts";
import { logs } from "./trials/logs.ts";
import { logsComplete } from "./trials/logs-complete.ts";
import { memoryPeak } from "./trials/memory-peak.ts";
import { memorySqueeze } from "./trials/memory-squeeze.ts";
import { noNewPrivileges } from "./trials/no-new-privileges.ts";
import { nonRoot } from "./trials/non-root.ts";
import { openFiles } from "./trials/open-files.ts";
import { pidsPeak } from "./trials/pids-peak.ts";
import { readOnlyRoot } from "./trials/read-only-root.ts";
import { reaping } from "./trials/reaping.ts";
import { restartLoop } from "./trials/restart-loop.ts";
import { secretLeaks } from "./trials/secret-leaks.ts";
import { startUp } from "./trials/start-up.ts";
import { stopSignal } from "./trials/stop-signal.ts";
import { swapLimit } from "./trials/swap-limit.ts";
import { timeZone } from "./trials/time-zone.ts";
import { withoutNetwork } from "./trials/without-network.ts";

/** Every experiment. The folder trials/ holds exactly these (catalogue.test.ts). */
export const TRIALS: readonly Trial[] = [
  nonRoot,
  readOnlyRoot,
  fileWrites,
  noNewPrivileges,
  droppedCapabilities,
  effectivePrivileges,
  stopSignal,
  gracefulStop,
  reaping,
  fakeHealthcheck,
  frozenHealthcheck,
  earlyReadiness,
  startUp,
  memoryPeak,
  swapLimit,
  openFiles,
  logs,
  logsComplete,
  logLimits,
  secretLeaks,
  timeZone,
  listeningPorts,
  withoutNetwork,
  crashSafeState,
  arbitraryUser,
  egress,
  declaredVolumes,
  leastCapabilities,
  restartLoop,
  diskGrowth,
  memorySqueeze,
  pidsPeak,
  cpuThrottling,
  cachedRebuild,
  // The last: what it stops others would need.
  dependencyDown,
];

/** Those of a level and of the levels below it. */
export const trialsOf = (level: Level): readonly Trial[] => TRIALS.filter((trial) => LEVELS.indexOf(trial.level) <= LEVELS.indexOf(level));
