import type { Rule } from "../../rule.ts";
import { capabilitiesAdded } from "./capabilities-added.ts";
import { capabilitiesDropped } from "./capabilities-dropped.ts";
import { groupId } from "./group-id.ts";
import { hostAliases } from "./host-aliases.ts";
import { hostIpc } from "./host-ipc.ts";
import { hostNetwork } from "./host-network.ts";
import { hostPath } from "./host-path.ts";
import { hostPid } from "./host-pid.ts";
import { hostPorts } from "./host-ports.ts";
import { hostProcess } from "./host-process.ts";
import { lowPorts } from "./low-ports.ts";
import { mandatoryAccess } from "./mandatory-access.ts";
import { netRaw } from "./net-raw.ts";
import { nonRoot } from "./non-root.ts";
import { privilegeEscalation } from "./privilege-escalation.ts";
import { privileged } from "./privileged.ts";
import { procMount } from "./proc-mount.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { runtimeSocket } from "./runtime-socket.ts";
import { seccomp } from "./seccomp.ts";
import { securityContext } from "./security-context.ts";
import { sysAdmin } from "./sys-admin.ts";
import { sysctls } from "./sysctls.ts";
import { userId } from "./user-id.ts";
import { volumeTypes } from "./volume-types.ts";

/** The rules for Kubernetes objects, by name. */
export const KUBERNETES_RULES: readonly Rule<"kubernetes">[] = [
  capabilitiesAdded,
  capabilitiesDropped,
  groupId,
  hostAliases,
  hostIpc,
  hostNetwork,
  hostPath,
  hostPid,
  hostPorts,
  hostProcess,
  lowPorts,
  mandatoryAccess,
  netRaw,
  nonRoot,
  privilegeEscalation,
  privileged,
  procMount,
  readOnlyRoot,
  runtimeSocket,
  seccomp,
  securityContext,
  sysAdmin,
  sysctls,
  userId,
  volumeTypes,
];
