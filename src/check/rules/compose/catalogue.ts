import type { Rule } from "../../rule.ts";
import { buildAndImage } from "./build-and-image.ts";
import { capDropAll } from "./cap-drop-all.ts";
import { capabilitiesAdded } from "./capabilities-added.ts";
import { cgroupParent } from "./cgroup-parent.ts";
import { confinement } from "./confinement.ts";
import { containerName } from "./container-name.ts";
import { dependantsWait } from "./dependants-wait.ts";
import { dependencyHealth } from "./dependency-health.ts";
import { devices } from "./devices.ts";
import { duplicateContainerNames } from "./duplicate-container-names.ts";
import { duplicatePorts } from "./duplicate-ports.ts";
import { healthcheck } from "./healthcheck.ts";
import { hostNamespaces } from "./host-namespaces.ts";
import { hostNetwork } from "./host-network.ts";
import { hostPaths } from "./host-paths.ts";
import { imageDigest } from "./image-digest.ts";
import { imageVersion } from "./image-version.ts";
import { init } from "./init.ts";
import { logDriver } from "./log-driver.ts";
import { logRotation } from "./log-rotation.ts";
import { lowPorts } from "./low-ports.ts";
import { mountPropagation } from "./mount-propagation.ts";
import { noNewPrivileges } from "./no-new-privileges.ts";
import { notPrivileged } from "./not-privileged.ts";
import { openDatabase } from "./open-database.ts";
import { passwordInUrlRule } from "./password-in-url.ts";
import { publishedPorts } from "./published-ports.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { resourceLimits } from "./resource-limits.ts";
import { restartPolicy } from "./restart-policy.ts";
import { rootUser } from "./root-user.ts";
import { runtimeSocket } from "./runtime-socket.ts";
import { secretInCommand } from "./secret-in-command.ts";
import { secretInEnvironment } from "./secret-in-environment.ts";
import { sharedVolumes } from "./shared-volumes.ts";
import { stopGrace } from "./stop-grace.ts";
import { swapLimit } from "./swap-limit.ts";
import { tmpfsOptions } from "./tmpfs-options.ts";
import { updateMonitor } from "./update-monitor.ts";

/** The rules for the services of compose files; of two about one item the one that says more comes first. */
export const COMPOSE_RULES: readonly Rule<"compose">[] = [
  capDropAll,
  capabilitiesAdded,
  healthcheck,
  dependantsWait,
  dependencyHealth,
  buildAndImage,
  cgroupParent,
  confinement,
  containerName,
  devices,
  duplicateContainerNames,
  duplicatePorts,
  hostNamespaces,
  hostNetwork,
  hostPaths,
  imageDigest,
  imageVersion,
  init,
  logDriver,
  logRotation,
  lowPorts,
  mountPropagation,
  noNewPrivileges,
  notPrivileged,
  openDatabase,
  passwordInUrlRule,
  publishedPorts,
  readOnlyRoot,
  resourceLimits,
  restartPolicy,
  rootUser,
  runtimeSocket,
  secretInCommand,
  secretInEnvironment,
  sharedVolumes,
  stopGrace,
  swapLimit,
  tmpfsOptions,
  updateMonitor,
];
