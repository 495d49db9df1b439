import type { Rule } from "../../rule.ts";
import { apiVersion } from "./api-version.ts";
import { autoscaledReplicas } from "./autoscaled-replicas.ts";
import { autoscalerBounds } from "./autoscaler-bounds.ts";
import { capabilitiesAdded } from "./capabilities-added.ts";
import { capabilitiesDropped } from "./capabilities-dropped.ts";
import { cloudRegistry } from "./cloud-registry.ts";
import { configMapSecret } from "./config-map-secret.ts";
import { cpuLimit } from "./cpu-limit.ts";
import { cpuRequest } from "./cpu-request.ts";
import { danglingTarget } from "./dangling-target.ts";
import { defaultNamespace } from "./default-namespace.ts";
import { defaultServiceAccount } from "./default-service-account.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { disruptionPolicy } from "./disruption-policy.ts";
import { dnsOptions } from "./dns-options.ts";
import { duplicateEnv } from "./duplicate-env.ts";
import { envSource } from "./env-source.ts";
import { ephemeralStorage } from "./ephemeral-storage.ts";
import { exposedService } from "./exposed-service.ts";
import { groupId } from "./group-id.ts";
import { headlessService } from "./headless-service.ts";
import { hostAliases } from "./host-aliases.ts";
import { hostIpc } from "./host-ipc.ts";
import { hostNetwork } from "./host-network.ts";
import { hostPath } from "./host-path.ts";
import { hostPid } from "./host-pid.ts";
import { hostPorts } from "./host-ports.ts";
import { hostProcess } from "./host-process.ts";
import { imageDigest } from "./image-digest.ts";
import { imageTag } from "./image-tag.ts";
import { ingressSnippet } from "./ingress-snippet.ts";
import { ingressTls } from "./ingress-tls.ts";
import { instanceLabel } from "./instance-label.ts";
import { jobBounds } from "./job-bounds.ts";
import { livenessProbe } from "./liveness-probe.ts";
import { lowPorts } from "./low-ports.ts";
import { mandatoryAccess } from "./mandatory-access.ts";
import { memoryLimit } from "./memory-limit.ts";
import { memoryRequest } from "./memory-request.ts";
import { namespaceLimits } from "./namespace-limits.ts";
import { netRaw } from "./net-raw.ts";
import { networkPolicy } from "./network-policy.ts";
import { networkPolicySelector } from "./network-policy-selector.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nonRoot } from "./non-root.ts";
import { owner } from "./owner.ts";
import { priorityClass } from "./priority-class.ts";
import { privilegeEscalation } from "./privilege-escalation.ts";
import { privileged } from "./privileged.ts";
import { probePort } from "./probe-port.ts";
import { procMount } from "./proc-mount.ts";
import { pullPolicy } from "./pull-policy.ts";
import { rbacAdmin } from "./rbac-admin.ts";
import { rbacConfig } from "./rbac-config.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { rbacExec } from "./rbac-exec.ts";
import { rbacSecrets } from "./rbac-secrets.ts";
import { rbacWildcard } from "./rbac-wildcard.ts";
import { rbacWorkloads } from "./rbac-workloads.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { readinessProbe } from "./readiness-probe.ts";
import { replicas } from "./replicas.ts";
import { requestsEqualLimits } from "./requests-equal-limits.ts";
import { restartPolicy } from "./restart-policy.ts";
import { riskyPrograms } from "./risky-programs.ts";
import { runtimeSocket } from "./runtime-socket.ts";
import { sameProbes } from "./same-probes.ts";
import { schema } from "./schema.ts";
import { seccomp } from "./seccomp.ts";
import { secretInEnv } from "./secret-in-env.ts";
import { securityContext } from "./security-context.ts";
import { selectorMismatch } from "./selector-mismatch.ts";
import { serviceAccountExists } from "./service-account-exists.ts";
import { serviceAccountField } from "./service-account-field.ts";
import { sortedKeys } from "./sorted-keys.ts";
import { spread } from "./spread.ts";
import { sysAdmin } from "./sys-admin.ts";
import { sysctls } from "./sysctls.ts";
import { systemNamespace } from "./system-namespace.ts";
import { tokenMount } from "./token-mount.ts";
import { trustedRegistry } from "./trusted-registry.ts";
import { updateStrategy } from "./update-strategy.ts";
import { userId } from "./user-id.ts";
import { validNames } from "./valid-names.ts";
import { volumeTypes } from "./volume-types.ts";

/** The rules for Kubernetes objects, by name. */
export const KUBERNETES_RULES: readonly Rule<"kubernetes">[] = [
  apiVersion,
  autoscaledReplicas,
  autoscalerBounds,
  capabilitiesAdded,
  capabilitiesDropped,
  cloudRegistry,
  configMapSecret,
  cpuLimit,
  cpuRequest,
  danglingTarget,
  defaultNamespace,
  defaultServiceAccount,
  disruptionBudget,
  disruptionPolicy,
  dnsOptions,
  duplicateEnv,
  envSource,
  ephemeralStorage,
  exposedService,
  groupId,
  headlessService,
  hostAliases,
  hostIpc,
  hostNetwork,
  hostPath,
  hostPid,
  hostPorts,
  hostProcess,
  imageDigest,
  imageTag,
  ingressSnippet,
  ingressTls,
  instanceLabel,
  jobBounds,
  livenessProbe,
  lowPorts,
  mandatoryAccess,
  memoryLimit,
  memoryRequest,
  namespaceLimits,
  netRaw,
  networkPolicy,
  networkPolicySelector,
  nodeAffinity,
  nonRoot,
  owner,
  priorityClass,
  privilegeEscalation,
  privileged,
  probePort,
  procMount,
  pullPolicy,
  rbacAdmin,
  rbacConfig,
  rbacEscalation,
  rbacExec,
  rbacSecrets,
  rbacWildcard,
  rbacWorkloads,
  readOnlyRoot,
  readinessProbe,
  replicas,
  requestsEqualLimits,
  restartPolicy,
  riskyPrograms,
  runtimeSocket,
  sameProbes,
  schema,
  seccomp,
  secretInEnv,
  securityContext,
  selectorMismatch,
  serviceAccountExists,
  serviceAccountField,
  sortedKeys,
  spread,
  sysAdmin,
  sysctls,
  systemNamespace,
  tokenMount,
  trustedRegistry,
  updateStrategy,
  userId,
  validNames,
  volumeTypes,
];
