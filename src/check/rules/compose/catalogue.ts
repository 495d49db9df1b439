import type { Rule } from "../../rule.ts";
import { capDropAll } from "./cap-drop-all.ts";
import { dependantsWait } from "./dependants-wait.ts";
import { healthcheck } from "./healthcheck.ts";
import { hostAccess } from "./host-access.ts";
import { imageVersion } from "./image-version.ts";
import { init } from "./init.ts";
import { logRotation } from "./log-rotation.ts";
import { noNewPrivileges } from "./no-new-privileges.ts";
import { notPrivileged } from "./not-privileged.ts";
import { publishedPorts } from "./published-ports.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { resourceLimits } from "./resource-limits.ts";
import { restartPolicy } from "./restart-policy.ts";
import { secretInEnvironment } from "./secret-in-environment.ts";
import { swapLimit } from "./swap-limit.ts";

/** The rules for the services of compose files; of two about one item the one that says more comes first. */
export const COMPOSE_RULES: readonly Rule<"compose">[] = [
  capDropAll,
  healthcheck,
  dependantsWait,
  hostAccess,
  imageVersion,
  init,
  logRotation,
  noNewPrivileges,
  notPrivileged,
  publishedPorts,
  readOnlyRoot,
  resourceLimits,
  restartPolicy,
  secretInEnvironment,
  swapLimit,
];
