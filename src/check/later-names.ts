/** The rules that are loaded when files of their kind are there, in the catalogue's order: id and aliases. Written by script/docs.ts, from the rules. */
export const LATER_NAMES = `
kubernetes/api-version trivy:KSV-0107 kubelinter:no-extensions-v1beta kubescore:stable-version
kubernetes/autoscaled-replicas kubescore:deployment-targeted-by-hpa-does-not-have-replicas-configured
kubernetes/autoscaler-bounds kubelinter:hpa-minimum-three-replicas kubescore:horizontalpodautoscaler-replicas polaris:hpaMinAvailability polaris:hpaMaxAvailability
kubernetes/capabilities-added trivy:KSV-0022 checkov:CKV_K8S_25 checkov:CKV_K8S_24 polaris:dangerousCapabilities
kubernetes/capabilities-dropped trivy:KSV-0003 trivy:KSV-0004 trivy:KSV-0106 checkov:CKV_K8S_37 checkov:CKV_K8S_36 checkov:CKV_K8S_28 polaris:insecureCapabilities kubelinter:drop-net-raw-capability
kubernetes/cloud-registry trivy:KSV-0032 trivy:KSV-0033 trivy:KSV-0034 trivy:KSV-0035
kubernetes/config-map-secret trivy:KSV-0109 trivy:KSV-01010 polaris:sensitiveConfigmapContent
kubernetes/cpu-limit trivy:KSV-0011 checkov:CKV_K8S_11 kubescore:container-resources polaris:cpuLimitsMissing
kubernetes/cpu-request trivy:KSV-0015 checkov:CKV_K8S_10 kubelinter:unset-cpu-requirements kubescore:container-resources polaris:cpuRequestsMissing
kubernetes/dangling-target kubelinter:dangling-service kubelinter:dangling-ingress kubelinter:dangling-horizontalpodautoscaler kubelinter:dangling-servicemonitor kubescore:service-targets-pod kubescore:ingress-targets-service kubescore:horizontalpodautoscaler-has-target
kubernetes/default-namespace trivy:KSV-0110 checkov:CKV_K8S_21 kubelinter:use-namespace
kubernetes/default-service-account checkov:CKV_K8S_41 checkov:CKV_K8S_42 kubelinter:default-service-account
kubernetes/disruption-budget kubescore:deployment-has-poddisruptionbudget kubescore:statefulset-has-poddisruptionbudget polaris:missingPodDisruptionBudget
kubernetes/disruption-policy kubelinter:pdb-max-unavailable kubelinter:pdb-min-available kubelinter:pdb-unhealthy-pod-eviction-policy kubescore:poddisruptionbudget-has-policy polaris:pdbDisruptionsIsZero polaris:pdbMinAvailableGreaterThanHPAMinReplicas
kubernetes/dns-options kubelinter:dnsconfig-options
kubernetes/duplicate-env kubelinter:duplicate-env-var kubescore:environment-variable-key-duplication
kubernetes/env-source kubelinter:env-value-from
kubernetes/ephemeral-storage kubescore:container-ephemeral-storage-request-and-limit
kubernetes/exposed-service trivy:KSV-0108 kubelinter:exposed-services kubescore:service-type
kubernetes/group-id trivy:KSV-0021 trivy:KSV-0116 kubescore:container-security-context-user-group-id
kubernetes/headless-service kubescore:statefulset-has-servicename
kubernetes/host-aliases trivy:KSV-0007
kubernetes/host-ipc trivy:KSV-0008 checkov:CKV_K8S_18 checkov:CKV_K8S_3 kubelinter:host-ipc polaris:hostIPCSet
kubernetes/host-network trivy:KSV-0009 checkov:CKV_K8S_19 checkov:CKV_K8S_4 kubelinter:host-network polaris:hostNetworkSet
kubernetes/host-path trivy:KSV-0023 trivy:KSV-0121 kubelinter:sensitive-host-mounts kubelinter:writable-host-mount polaris:hostPathSet
kubernetes/host-pid trivy:KSV-0010 checkov:CKV_K8S_17 checkov:CKV_K8S_1 kubelinter:host-pid polaris:hostPIDSet
kubernetes/host-ports trivy:KSV-0024 checkov:CKV_K8S_26 polaris:hostPortSet
kubernetes/host-process trivy:KSV-0103 polaris:hostProcess
kubernetes/image-digest checkov:CKV_K8S_43
kubernetes/image-tag trivy:KSV-0013 checkov:CKV_K8S_14 kubelinter:latest-tag kubescore:container-image-tag polaris:tagNotSpecified
kubernetes/ingress-snippet trivy:KCV-0093 checkov:CKV_K8S_152 checkov:CKV_K8S_153 checkov:CKV_K8S_154
kubernetes/ingress-tls polaris:tlsSettingsMissing
kubernetes/instance-label polaris:metadataAndInstanceMismatched
kubernetes/job-bounds kubelinter:job-ttl-seconds-after-finished kubescore:cronjob-has-deadline
kubernetes/liveness-probe checkov:CKV_K8S_8 kubelinter:no-liveness-probe kubescore:pod-probes polaris:livenessProbeMissing
kubernetes/low-ports trivy:KSV-0117 kubelinter:privileged-ports kubelinter:ssh-port
kubernetes/mandatory-access trivy:KSV-0002 trivy:KSV-0025
kubernetes/memory-limit trivy:KSV-0018 checkov:CKV_K8S_13 kubelinter:unset-memory-requirements kubescore:container-resources polaris:memoryLimitsMissing
kubernetes/memory-request trivy:KSV-0016 checkov:CKV_K8S_12 kubescore:container-resources polaris:memoryRequestsMissing
kubernetes/namespace-limits trivy:KSV-0039 trivy:KSV-0040
kubernetes/net-raw trivy:KSV-0119 checkov:CKV_K8S_28 checkov:CKV_K8S_7 kubelinter:drop-net-raw-capability
kubernetes/network-policy checkov:CKV2_K8S_6 kubelinter:non-isolated-pod kubescore:pod-networkpolicy polaris:missingNetworkPolicy
kubernetes/network-policy-selector trivy:KSV-0038 kubelinter:dangling-networkpolicy kubelinter:dangling-networkpolicypeer-podselector kubescore:networkpolicy-targets-pod
kubernetes/node-affinity kubelinter:no-node-affinity
kubernetes/non-root trivy:KSV-0012 trivy:KSV-0105 checkov:CKV_K8S_23 checkov:CKV_K8S_6 kubelinter:run-as-non-root polaris:runAsRootAllowed
kubernetes/owner kubelinter:required-label-owner kubelinter:required-annotation-email
kubernetes/priority-class kubelinter:priority-class-name polaris:priorityClassNotSet
kubernetes/privilege-escalation trivy:KSV-0001 checkov:CKV_K8S_20 checkov:CKV_K8S_5 kubelinter:privilege-escalation-container polaris:privilegeEscalationAllowed
kubernetes/privileged trivy:KSV-0017 checkov:CKV_K8S_16 checkov:CKV_K8S_2 kubelinter:privileged-container kubelinter:scc-deny-privileged-container kubescore:container-security-context-privileged polaris:runAsPrivileged
kubernetes/probe-port kubelinter:liveness-port kubelinter:readiness-port kubelinter:startup-port
kubernetes/proc-mount trivy:KSV-0027 kubelinter:unsafe-proc-mount polaris:procMount
kubernetes/pull-policy checkov:CKV_K8S_15 kubescore:container-image-pull-policy polaris:pullPolicyNotAlways
kubernetes/rbac-admin trivy:KSV-0111 trivy:KSV-0122 trivy:KSV-0123 trivy:KSV-01011 kubelinter:cluster-admin-role-binding polaris:clusterrolebindingClusterAdmin polaris:rolebindingClusterAdminClusterRole polaris:rolebindingClusterAdminRole
kubernetes/rbac-config trivy:KSV-0049 trivy:KSV-0056 trivy:KSV-0114 trivy:KSV-0115 trivy:KSV-0042 checkov:CKV2_K8S_4 checkov:CKV_K8S_155
kubernetes/rbac-escalation trivy:KSV-0043 trivy:KSV-0050 trivy:KSV-0051 trivy:KSV-0052 trivy:KSV-0055 checkov:CKV2_K8S_1 checkov:CKV2_K8S_3 checkov:CKV_K8S_156 checkov:CKV_K8S_157 checkov:CKV_K8S_158
kubernetes/rbac-exec trivy:KSV-0053 trivy:KSV-0054 trivy:KSV-0047 checkov:CKV2_K8S_2 polaris:clusterrolePodExecAttach polaris:clusterrolebindingPodExecAttach polaris:rolePodExecAttach polaris:rolebindingClusterRolePodExecAttach polaris:rolebindingRolePodExecAttach
kubernetes/rbac-secrets trivy:KSV-0041 trivy:KSV-0113 checkov:CKV2_K8S_5 kubelinter:access-to-secrets
kubernetes/rbac-wildcard trivy:KSV-0044 trivy:KSV-0045 trivy:KSV-0046 trivy:KSV-0112 checkov:CKV_K8S_49 kubelinter:wildcard-in-rules
kubernetes/rbac-workloads trivy:KSV-0048 kubelinter:access-to-create-pods
kubernetes/read-only-root trivy:KSV-0014 checkov:CKV_K8S_22 kubelinter:no-read-only-root-fs kubescore:container-security-context-readonlyrootfilesystem polaris:notReadOnlyRootFilesystem
kubernetes/readiness-probe checkov:CKV_K8S_9 kubelinter:no-readiness-probe kubescore:pod-probes polaris:readinessProbeMissing
kubernetes/replicas kubelinter:minimum-three-replicas kubescore:deployment-replicas polaris:deploymentMissingReplicas
kubernetes/requests-equal-limits kubescore:container-resource-requests-equal-limits kubescore:container-cpu-requests-equal-limits kubescore:container-memory-requests-equal-limits kubescore:container-ephemeral-storage-request-equals-limit
kubernetes/restart-policy kubelinter:restart-policy kubescore:cronjob-restartpolicy
kubernetes/risky-programs trivy:KSV-0102 checkov:CKV_K8S_34 checkov:CKV_K8S_44 checkov:CKV_K8S_45 checkov:CKV_K8S_33 checkov:CKV_K8S_159
kubernetes/runtime-socket trivy:KSV-0006 checkov:CKV_K8S_27 kubelinter:docker-sock
kubernetes/same-probes kubescore:pod-probes-identical
kubernetes/schema kubelinter:schema-validation
kubernetes/seccomp trivy:KSV-0030 trivy:KSV-0104 checkov:CKV_K8S_31 checkov:CKV_K8S_32 kubescore:container-seccomp-profile
kubernetes/secret-in-env checkov:CKV_K8S_35 kubelinter:env-var-secret kubelinter:read-secret-from-env-var polaris:sensitiveContainerEnvVar
kubernetes/security-context trivy:KSV-0118 checkov:CKV_K8S_29 checkov:CKV_K8S_30 polaris:linuxHardening
kubernetes/selector-mismatch kubelinter:mismatching-selector kubescore:deployment-pod-selector-labels-match-template-metadata-labels kubescore:statefulset-pod-selector-labels-match-template-metadata-labels
kubernetes/service-account-exists kubelinter:non-existent-service-account
kubernetes/service-account-field kubelinter:deprecated-service-account-field
kubernetes/sorted-keys kubelinter:sorted-keys
kubernetes/spread kubelinter:no-anti-affinity kubescore:deployment-has-host-podantiaffinity kubescore:statefulset-has-host-podantiaffinity kubescore:pod-topology-spread-constraints polaris:topologySpreadConstraint
kubernetes/sys-admin trivy:KSV-0005 trivy:KSV-0120 checkov:CKV_K8S_39 polaris:dangerousCapabilities
kubernetes/sysctls trivy:KSV-0026 kubelinter:unsafe-sysctls
kubernetes/system-namespace trivy:KSV-0037
kubernetes/token-mount trivy:KSV-0036 checkov:CKV_K8S_38 polaris:automountServiceAccountToken
kubernetes/trusted-registry trivy:KSV-0125 trivy:KSV-0124
kubernetes/update-strategy kubelinter:no-rolling-update-strategy kubescore:deployment-strategy
kubernetes/user-id trivy:KSV-0020 checkov:CKV_K8S_40 kubescore:container-security-context-user-group-id
kubernetes/valid-names kubelinter:invalid-target-ports kubescore:container-ports-check kubescore:label-values
kubernetes/volume-types trivy:KSV-0028
workflow/adhoc-packages zizmor:adhoc-packages
workflow/always-true zizmor:unsound-condition actionlint:if-cond
workflow/archived-uses zizmor:archived-uses
workflow/bot-conditions zizmor:bot-conditions
workflow/cache-poisoning zizmor:cache-poisoning
workflow/concurrency zizmor:concurrency-limits
workflow/dangerous-triggers zizmor:dangerous-triggers
workflow/dependabot-cooldown zizmor:dependabot-cooldown
workflow/dependabot-execution zizmor:dependabot-execution
workflow/dispatch-inputs checkov:CKV_GHA_7
workflow/environment-files zizmor:github-env
workflow/github-app-token zizmor:github-app
workflow/image-sbom checkov:CKV_GHA_6
workflow/image-signed checkov:CKV_GHA_5
workflow/insecure-commands zizmor:insecure-commands checkov:CKV_GHA_1 kics:unsecured_commands actionlint:deprecated-commands
workflow/insecure-urls zizmor:insecure-url-scheme
workflow/known-vulnerable-uses zizmor:known-vulnerable-actions
workflow/misfeature zizmor:misfeature
workflow/named zizmor:anonymous-definition
workflow/obfuscation zizmor:obfuscation
workflow/permissions zizmor:excessive-permissions checkov:CKV2_GHA_1 kics:unspecified_workflows_permissions
workflow/persisted-credentials zizmor:artipacked
workflow/piped-to-shell
workflow/printed-secrets
workflow/privileged-docker
workflow/script-syntax actionlint:shellcheck
workflow/secret-in-build-args
workflow/secrets-inherited zizmor:secrets-inherit
workflow/secrets-outside-environment zizmor:secrets-outside-env
workflow/secrets-sent-away checkov:CKV_GHA_3 checkov:CKV_GHA_4
workflow/self-hosted-runner zizmor:self-hosted-runner actionlint:runner-label
workflow/self-repository zizmor:self-repository
workflow/template-injection zizmor:template-injection checkov:CKV_GHA_2 kics:run_block_injection kics:script_block_injection actionlint:expression
workflow/trusted-publishing zizmor:use-trusted-publishing
workflow/typosquat zizmor:typosquat-uses
workflow/undocumented-permissions zizmor:undocumented-permissions
workflow/unneeded-uses zizmor:forbidden-uses zizmor:superfluous-actions
workflow/unpinned-images zizmor:unpinned-images
workflow/unpinned-tools zizmor:unpinned-tools
workflow/unpinned-uses zizmor:unpinned-uses kics:unpinned_actions_full_length_commit_sha
workflow/unprotected-deploy
workflow/unredacted-secrets zizmor:unredacted-secrets
workflow/unsound-contains zizmor:unsound-contains
workflow/unsound-ternary zizmor:unsound-ternary
workflow/version-comment zizmor:ref-version-mismatch
workflow/well-formed actionlint:action actionlint:env-var actionlint:glob actionlint:id actionlint:job-needs actionlint:matrix actionlint:shell-name actionlint:workflow-call actionlint:events actionlint:permissions
workflow/whole-secrets zizmor:overprovisioned-secrets
workflow/written-credentials zizmor:hardcoded-container-credentials actionlint:credentials
`;
