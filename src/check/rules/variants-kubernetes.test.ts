import { describe, expect, test } from "vitest";
import { findRules } from "../whole-catalogue.ts";
import { checkText } from "../test-data/subjects.ts";

const speaks = (alias: string, text: string): boolean =>
  checkText(
    "kubernetes",
    text,
    findRules(alias).filter(({ kind }) => kind === "kubernetes"),
  ).findings.some((finding) => !finding.rule.startsWith("input/") && (finding.peers === undefined || finding.peers.includes(alias)));

const indented = (text: string, depth: number): string => text.replace(/^(?=.)/gm, " ".repeat(depth));

const workload = (kind: string, version: string, spec: string, more = ""): string =>
  `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: n}\nspec:\n${more}  template:\n    metadata: {labels: {app: n}}\n    spec:\n${indented(spec, 6)}`;
const SELECTOR = "  selector: {matchLabels: {app: n}}\n";

/** The same pod, wherever Kubernetes lets one be written. */
const SHAPES: Readonly<Record<string, (spec: string) => string>> = {
  Pod: (spec) => `apiVersion: v1\nkind: Pod\nmetadata: {name: n}\nspec:\n${indented(spec, 2)}`,
  DaemonSet: (spec) => workload("DaemonSet", "apps/v1", spec, SELECTOR),
  Job: (spec) => workload("Job", "batch/v1", `restartPolicy: Never\n${spec}`),
  CronJob: (spec) =>
    `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: n}\nspec:\n  schedule: '@daily'\n  jobTemplate:\n${indented(workload("", "", `restartPolicy: Never\n${spec}`).replace(/^[^]*?\nspec:/, "spec:"), 4)}`,
  "a StatefulSet in a List": (spec) =>
    `apiVersion: v1\nkind: List\nitems:\n${indented(workload("StatefulSet", "apps/v1", spec, `  serviceName: n\n${SELECTOR}`), 4).replace("    apiVersion", "  - apiVersion")}`,
  "a second document, with anchors": (spec) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: n}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: n}\nspec:\n${indented(spec, 2)}`,
};

const image = (name: string): string => `containers:\n- name: a\n  image: ${name}\n`;
const PLAIN = image("r.test/a:1.2.3");
const container = (line: string): string => `${PLAIN}  ${line}\n`;
const context = (fields: string): string => container(`securityContext: {${fields}}`);
/** The same with a plain init container before. */
const init = (spec: string): string => `initContainers:\n- name: i\n  image: r.test/i:1.2.3\n${spec}`;
const DEFAULTS =
  "AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT";
const EPHEMERAL = "ephemeralContainers:\n- name: e\n  image: r.test/e:1.2.3\n";
const mount = (path: string): string =>
  `volumes: [{name: v, hostPath: {path: ${path}}}]\n${container("volumeMounts: [{name: v, mountPath: /x}]")}`;

type Row = readonly [aliases: readonly string[], fires: readonly string[], silent: readonly string[]];

const ROWS: readonly Row[] = [
  [
    ["trivy:KSV-0017", "kubelinter:privileged-container", "checkov:CKV_K8S_16", "polaris:runAsPrivileged"],
    [context("privileged: true"), context("privileged: y")],
    [context("privileged: false"), context("privileged: n"), PLAIN],
  ],
  [
    ["trivy:KSV-0001", "checkov:CKV_K8S_20", "polaris:privilegeEscalationAllowed"],
    [context("allowPrivilegeEscalation: true"), PLAIN],
    [context("allowPrivilegeEscalation: false")],
  ],
  [["trivy:KSV-0014", "kubelinter:no-read-only-root-fs", "checkov:CKV_K8S_22"], [PLAIN], [context("readOnlyRootFilesystem: true")]],
  [
    ["trivy:KSV-0012"],
    [PLAIN, context("runAsNonRoot: false")],
    [context("runAsNonRoot: true"), `securityContext: {runAsNonRoot: true}\n${PLAIN}`],
  ],
  [["kubelinter:run-as-non-root"], [context("runAsUser: 0")], [context("runAsUser: 1000"), `securityContext: {runAsUser: 1000}\n${PLAIN}`]],
  [["trivy:KSV-0009", "kubelinter:host-network", "checkov:CKV_K8S_19"], [`hostNetwork: true\n${PLAIN}`], [`hostNetwork: false\n${PLAIN}`]],
  [["trivy:KSV-0010", "kubelinter:host-pid"], [`hostPID: true\n${PLAIN}`], [PLAIN]],
  [["trivy:KSV-0008", "kubelinter:host-ipc"], [`hostIPC: true\n${PLAIN}`], [PLAIN]],
  [
    ["trivy:KSV-0003", "checkov:CKV_K8S_37"],
    [PLAIN, context("capabilities: {drop: [NET_RAW]}")],
    [context('capabilities: {drop: ["ALL"]}')],
  ],
  [
    ["checkov:CKV_K8S_28"],
    [PLAIN, context("capabilities: {drop: [CHOWN]}")],
    [context("capabilities: {drop: [NET_RAW]}"), context("capabilities: {drop: [ALL]}")],
  ],
  [
    ["kubelinter:drop-net-raw-capability"],
    [context("capabilities: {add: [NET_RAW]}"), context("capabilities: {drop: [MKNOD]}"), context("capabilities: {add: [SYS_TIME]}")],
    [
      context("capabilities: {drop: [NET_RAW]}"),
      context("capabilities: {drop: [all]}"),
      context("capabilities:"),
      context("runAsUser: 1000"),
    ],
  ],
  [
    ["trivy:KSV-0005"],
    [context("capabilities: {add: [SYS_ADMIN]}")],
    [context("capabilities: {drop: [SYS_ADMIN]}"), context("capabilities: {add: [ALL]}")],
  ],
  [
    ["trivy:KSV-0013", "kubelinter:latest-tag", "checkov:CKV_K8S_14"],
    [image("nginx"), image("'r.test:5000/nginx'"), image("nginx:latest")],
    [image("r.test:5000/a/b:1"), image(`nginx@sha256:${"a".repeat(64)}`), image(`nginx:latest@sha256:${"a".repeat(64)}`)],
  ],
  [
    ["trivy:KSV-0011", "checkov:CKV_K8S_11"],
    [PLAIN, container("resources: {limits: {memory: 1Gi}}")],
    [container("resources: {limits: {cpu: '0.5'}}")],
  ],
  [
    ["trivy:KSV-0018", "checkov:CKV_K8S_13"],
    [container("resources: {limits: {cpu: 1}}")],
    [container("resources: {limits: {memory: 1Gi}}")],
  ],
  [["trivy:KSV-0015", "checkov:CKV_K8S_10"], [PLAIN], [container("resources: {requests: {cpu: 100m}}")]],
  [["trivy:KSV-0006", "kubelinter:docker-sock", "checkov:CKV_K8S_27"], [mount("/var/run/docker.sock")], [mount("/var/log")]],
  [["trivy:KSV-0023"], [mount("/data")], [PLAIN]],
  [
    ["kubelinter:env-var-secret"],
    [container("env: [{name: DB_SECRET, value: hunter2}]")],
    [container("env: [{name: DB_SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}]"), container("env: [{name: MODE, value: prod}]")],
  ],
  [["kubelinter:ssh-port"], [container("ports: [{containerPort: 22, protocol: TCP}]")], [container("ports: [{containerPort: 2222}]")]],
  [
    ["kubelinter:default-service-account"],
    [PLAIN, `serviceAccountName: default\n${PLAIN}`, `serviceAccountName: ''\n${PLAIN}`],
    [`serviceAccountName: a\n${PLAIN}`, `automountServiceAccountToken: false\n${PLAIN}`],
  ],
  [
    ["kubelinter:non-existent-service-account"],
    [`serviceAccountName: a\n${PLAIN}`, `serviceAccountName: ''\nserviceAccount: a\n${PLAIN}`],
    [PLAIN, `serviceAccountName: ''\n${PLAIN}`],
  ],
  [
    ["trivy:KSV-0030"],
    [PLAIN, context("seccompProfile: {type: Unconfined}")],
    [`securityContext: {seccompProfile: {type: RuntimeDefault}}\n${PLAIN}`],
  ],
  [
    ["polaris:linuxHardening"],
    [
      PLAIN,
      context("seccompProfile: {type: Unconfined}"),
      `securityContext: {seccompProfile: {type: Unconfined}}\n${PLAIN}`,
      `securityContext: {seccompProfile: {type: RuntimeDefault}}\n${context("seccompProfile: {type: Unconfined}")}`,
    ],
    [
      `securityContext: {seccompProfile: {type: RuntimeDefault}}\n${PLAIN}`,
      `securityContext: {seccompProfile: {type: Unconfined}}\n${context("seccompProfile: {type: RuntimeDefault}")}`,
    ],
  ],
  [["polaris:priorityClassNotSet"], [PLAIN, `priorityClassName: ''\n${PLAIN}`], [`priorityClassName: a\n${PLAIN}`]],
  [["kubelinter:priority-class-name"], [], [PLAIN, `priorityClassName: system-node-critical\n${PLAIN}`]],
  [
    ["kubelinter:unset-cpu-requirements"],
    [PLAIN, container("resources: {requests: {cpu: 0}}"), container("resources: {requests: {cpu: 0m}}")],
    [container("resources: {requests: {cpu: 1m}}")],
  ],
  [
    ["kubelinter:unset-memory-requirements"],
    [container("resources: {limits: {memory: '0'}}")],
    [container("resources: {limits: {memory: 1Gi}}")],
  ],
  [
    ["polaris:cpuRequestsMissing"],
    [PLAIN],
    [container("resources: {requests: {cpu: '0'}}"), init(container("resources: {requests: {cpu: 1}}"))],
  ],
  [["trivy:KSV-0015"], [init(container("resources: {requests: {cpu: 1}}"))], []],
  [
    ["kubelinter:invalid-target-ports"],
    [container("ports: [{containerPort: 80, name: HTTP}]")],
    [container("ports: [{containerPort: 80, name: ''}]"), container("ports: [{containerPort: 70000}]")],
  ],
  [
    ["polaris:insecureCapabilities"],
    [PLAIN, context(`capabilities: {drop: [${DEFAULTS}]}`)],
    [context("capabilities: {drop: [ALL]}"), context(`capabilities: {drop: [${DEFAULTS}, NET_ADMIN]}`)],
  ],
  [
    ["polaris:dangerousCapabilities"],
    [context("capabilities: {add: [NET_ADMIN]}"), context("capabilities: {add: [SYS_ADMIN]}")],
    [context("capabilities: {add: [SYS_TIME]}"), context("capabilities: {add: [SYS_PTRACE]}")],
  ],
  [["trivy:KSV-0022"], [context("capabilities: {add: [SYS_TIME]}")], [PLAIN]],
  [["polaris:procMount"], [context("procMount: Unmasked")], [PLAIN, init("  securityContext: {procMount: Unmasked}\n" + PLAIN)]],
  [
    ["polaris:hostProcess"],
    [context("windowsOptions: {hostProcess: true}"), `securityContext: {windowsOptions: {hostProcess: true}}\n${PLAIN}`],
    [PLAIN, init("  securityContext: {windowsOptions: {hostProcess: true}}\n" + PLAIN)],
  ],
  [["trivy:KSV-0027"], [init("  securityContext: {procMount: Unmasked}\n" + PLAIN)], [PLAIN]],
  [
    ["polaris:tagNotSpecified"],
    [image("nginx"), image("nginx:latest"), image("'r.test:5000/nginx:latest'")],
    [image("r.test/nginx:1"), image("'r.test:5000/nginx'")],
  ],
  [
    ["kubelinter:docker-sock"],
    [mount("/run/docker.sock")],
    [mount("/run/containerd/containerd.sock"), `volumes: [{name: v, hostPath: {path: /run/docker.sock}}]\n${PLAIN}`],
  ],
  [
    ["trivy:KSV-0006"],
    [mount("/run/containerd/containerd.sock"), `volumes: [{name: v, hostPath: {path: /run/docker.sock}}]\n${PLAIN}`],
    [PLAIN],
  ],
  [["kubelinter:sensitive-host-mounts"], [mount("/etc"), mount("/")], [mount("/etc/ssl"), mount("/data")]],
  [["trivy:KSV-0121"], [mount("/etc"), mount("/var/lib/docker")], [mount("/etc/ssl"), mount("/data")]],
  [
    ["kubelinter:read-secret-from-env-var"],
    [container("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]")],
    [container("envFrom: [{secretRef: {name: s}}]")],
  ],
  [["checkov:CKV_K8S_35"], [container("envFrom: [{secretRef: {name: s}}]")], [PLAIN]],
  [
    ["kubelinter:no-node-affinity"],
    [PLAIN, `affinity: {nodeAffinity: null}\n${PLAIN}`],
    [
      `nodeSelector: {pool: a}\n${PLAIN}`,
      `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}\n${PLAIN}`,
    ],
  ],
  [
    ["kubelinter:no-read-only-root-fs"],
    [PLAIN, `${EPHEMERAL}${context("readOnlyRootFilesystem: true")}`],
    [context("readOnlyRootFilesystem: true")],
  ],
  [["trivy:KSV-0014"], [], [`${EPHEMERAL}${context("readOnlyRootFilesystem: true")}`]],
  [
    ["polaris:sensitiveContainerEnvVar"],
    [container("env: [{name: BEARER, value: abcdef}]"), container("env: [{name: secretkey, value: x1y2z3}]")],
    [container("env: [{name: BEARER_FILE, value: abcdef}]")],
  ],
  [
    ["kubelinter:env-var-secret"],
    [container("env: [{name: secretkey, value: x1y2z3}]")],
    [container("env: [{name: BEARER, value: abcdef}]")],
  ],
  [
    ["checkov:CKV_K8S_11", "trivy:KSV-0011"],
    [container("resources: {limits: {cpu: null}}"), container("resources: {limits: {cpu: ''}}")],
    [container("resources: {limits: {cpu: 1}}")],
  ],
  [["checkov:CKV_K8S_29"], [`securityContext: {}\n${context("runAsUser: 1")}`], [`securityContext: {runAsUser: 1}\n${PLAIN}`]],
  [["checkov:CKV_K8S_31", "checkov:CKV_K8S_40"], [PLAIN], [init(context("seccompProfile: {type: RuntimeDefault}, runAsUser: 12000"))]],
  [["checkov:CKV_K8S_39"], [context("capabilities: {add: [ALL]}")], [context("capabilities: {drop: [ALL]}")]],
  [["trivy:KSV-0020"], [context("runAsUser: 10000")], [context("runAsUser: 10001")]],
  [["checkov:CKV_K8S_40"], [context("runAsUser: 9999")], [context("runAsUser: 10000")]],
  [["trivy:KSV-0021"], [context("runAsGroup: 10000")], [context("runAsGroup: 10001")]],
  [
    ["checkov:CKV_K8S_15"],
    [image(`a:1@sha256:${"a".repeat(64)}`), image("a:1"), container("imagePullPolicy: Never")],
    [image(`a@sha256:${"a".repeat(64)}`), image("r.test:5000/a"), image(`a:latest@sha256:${"a".repeat(64)}`)],
  ],
  [
    ["checkov:CKV_K8S_34", "trivy:KSV-0102"],
    [image("x/helm-tiller:2"), image("r.test/tiller-2:1")],
    [image("r.test/helm:3"), PLAIN],
  ],
  [
    ["checkov:CKV_K8S_159"],
    [container("env: [{name: GITSYNC_GIT, value: x}]")],
    [container("env: [{name: GITSYNC_REPO, value: x}]"), container("env: [{name: GITSYNC_PASSWORD_FILE, value: x}]")],
  ],
  [["trivy:KSV-0024"], [container("ports: [{containerPort: 80, hostPort: 80}]")], [container("ports: [{containerPort: 80}]")]],
];

const replicated = (kind: string, replicas: number): string => workload(kind, "apps/v1", PLAIN, `  replicas: ${replicas}\n${SELECTOR}`);
const daemon = (spec: string): string => workload("DaemonSet", "apps/v1", spec, SELECTOR);

const budget = (spec: string): string => `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: n}\nspec: {${spec}}\n`;

const autoscaler = (bounds: string): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: n}\nspec: {scaleTargetRef: {kind: Deployment, name: n}, ${bounds}}\n`;

const service = (port: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: n}\nspec: {selector: {app: n}, ports: [{port: 80, targetPort: ${port}}]}\n`;

const role = (kind: string, rule: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: r}\nrules: [{${rule}}]\n`;
const binding = (kind: string, to: string, name = "r"): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: b}\nsubjects: [{kind: User, name: u}]\nroleRef: {kind: ${to}, name: ${name}}\n`;

const roleWith = (rule: string, kind = "Role"): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: n}\nrules:\n- {${rule}}\n`;
const serviceWith = (spec: string, metadata = "name: n"): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {${metadata}}\nspec: {${spec}}\n`;
const ingress = (annotation: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: n, annotations: {${annotation}}}\nspec: {ingressClassName: nginx}\n`;
const configMap = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\ndata: {${data}}\n`;
const psp = (ranges: string): string =>
  `apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: n}\nspec: {runAsUser: {rule: MustRunAs, ranges: [${ranges}]}}\n`;
const policy = (spec: string): string => `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {${spec}}\n`;
const labelled = (metadata: string, labels: string): string =>
  workload("Deployment", "apps/v1", PLAIN, SELECTOR)
    .replace("{name: n}", `{${metadata}}`)
    .replace("labels: {app: n}", `labels: {${labels}}`);

/** What only some kinds are asked, objects without a pod, or judged by their names. */
const OBJECTS: readonly Row[] = [
  [
    ["kubelinter:no-liveness-probe", "polaris:livenessProbeMissing"],
    [daemon(PLAIN), daemon(container("livenessProbe: null"))],
    [daemon(container("livenessProbe: {httpGet: {path: /, port: 80}}"))],
  ],
  [
    ["kubelinter:no-readiness-probe", "polaris:readinessProbeMissing"],
    [daemon(PLAIN), daemon(container("readinessProbe:"))],
    [daemon(container("readinessProbe: {httpGet: {path: /, port: 80}}"))],
  ],
  [
    ["kubelinter:pdb-unhealthy-pod-eviction-policy"],
    [budget("maxUnavailable: 1"), budget("maxUnavailable: 1, unhealthyPodEvictionPolicy: null")],
    [budget("maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow")],
  ],
  [["kubelinter:pdb-min-available"], [budget("minAvailable: 100%")], [budget("minAvailable: 50%"), budget("minAvailable: 3")]],
  [
    ["polaris:hpaMaxAvailability"],
    [autoscaler("minReplicas: 2"), autoscaler("minReplicas: 2, maxReplicas: 2")],
    [autoscaler("minReplicas: 2, maxReplicas: 4"), autoscaler("maxReplicas: 4")],
  ],
  [
    ["kubelinter:invalid-target-ports"],
    [service("'123'"), service("70000"), service("a-name-too-long-for-a-port")],
    [service("0"), service("8080"), service("http"), service("''")],
  ],
  [["polaris:deploymentMissingReplicas"], [replicated("Deployment", 1)], [replicated("Deployment", 2), replicated("StatefulSet", 1)]],
  [["polaris:missingPodDisruptionBudget"], [replicated("Deployment", 3)], [replicated("StatefulSet", 3)]],
  [["kubelinter:minimum-three-replicas"], [replicated("StatefulSet", 1), replicated("Deployment", 2)], [replicated("StatefulSet", 3)]],
  [
    ["polaris:rolePodExecAttach"],
    [role("Role", "apiGroups: [''], resources: [pods/exec], verbs: [create]")],
    [role("Role", "resources: [pods/exec], verbs: [create]")],
  ],
  [
    ["polaris:rolebindingRolePodExecAttach"],
    [`${role("Role", "apiGroups: [''], resources: [pods/exec], verbs: [create]")}---\n${binding("RoleBinding", "Role")}`],
    [`${role("Role", "resources: [pods/exec], verbs: [create]")}---\n${binding("RoleBinding", "Role")}`],
  ],
  [
    ["kubelinter:use-namespace"],
    [service("80"), daemon(PLAIN)],
    [role("Role", "apiGroups: [''], resources: [pods], verbs: [get]"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\n"],
  ],
  [
    ["kubelinter:cluster-admin-role-binding"],
    [binding("ClusterRoleBinding", "ClusterRole", "cluster-admin")],
    [binding("RoleBinding", "ClusterRole", "cluster-admin")],
  ],
  [
    ["kubelinter:access-to-secrets"],
    [
      `${role("Role", "apiGroups: [''], resources: [secrets], verbs: [get]")}---\n${binding("RoleBinding", "Role")}`,
      `${role("ClusterRole", "apiGroups: [''], resources: [secrets], verbs: [get]")}---\n${binding("ClusterRoleBinding", "ClusterRole")}`,
    ],
    [`${role("ClusterRole", "apiGroups: [''], resources: [secrets], verbs: [get]")}---\n${binding("RoleBinding", "ClusterRole")}`],
  ],
  [
    ["kubelinter:access-to-create-pods"],
    [
      `${role("Role", "apiGroups: [''], resources: [pods], verbs: [create]")}---\n${binding("RoleBinding", "Role")}`,
      `${role("ClusterRole", "apiGroups: [''], resources: [pods], verbs: [create]")}---\n${binding("ClusterRoleBinding", "ClusterRole")}`,
    ],
    [`${role("ClusterRole", "apiGroups: [''], resources: [pods], verbs: [create]")}---\n${binding("RoleBinding", "ClusterRole")}`],
  ],
  [
    ["polaris:livenessProbeMissing", "polaris:readinessProbeMissing"],
    [SHAPES["Pod"]?.(`restartPolicy: Never\n${PLAIN}`) ?? ""],
    [SHAPES["Job"]?.(PLAIN) ?? ""],
  ],
  [["kubelinter:no-liveness-probe", "kubelinter:no-readiness-probe"], [], [SHAPES["Pod"]?.(`restartPolicy: Never\n${PLAIN}`) ?? ""]],
  [
    ["trivy:KSV-0045"],
    [roleWith("apiGroups: [''], resources: [services, cronjobs], verbs: ['*']")],
    [roleWith("apiGroups: [''], resources: [services], verbs: ['*']")],
  ],
  [
    ["trivy:KSV-0112"],
    [roleWith("apiGroups: [''], resources: ['*'], verbs: [get]")],
    [roleWith("apiGroups: [''], resources: ['*'], verbs: [patch, watch]")],
  ],
  [
    ["trivy:KSV-0046"],
    [roleWith("apiGroups: [apps], resources: [pods, '*'], verbs: [deletecollection]", "ClusterRole")],
    [roleWith("apiGroups: ['*'], resources: ['*'], verbs: [watch]", "ClusterRole")],
  ],
  [
    ["checkov:CKV_K8S_49"],
    [
      roleWith("apiGroups: [''], resources: [pods/*], verbs: [get]"),
      roleWith("apiGroups: ['*.example.com'], resources: [x], verbs: [get]"),
    ],
    [roleWith("apiGroups: [''], resources: [pods/log], verbs: [get]"), roleWith("nonResourceURLs: ['*'], verbs: [get]", "ClusterRole")],
  ],
  [
    ["kubelinter:wildcard-in-rules"],
    [roleWith("apiGroups: [''], resources: ['*'], verbs: [get]")],
    [roleWith("apiGroups: [''], resources: [pods/*], verbs: [get]")],
  ],
  [
    ["trivy:KSV-0043"],
    [roleWith("apiGroups: ['*'], resources: [groups], verbs: [impersonate]")],
    [roleWith("apiGroups: [''], resources: [groups], verbs: [impersonate]")],
  ],
  [
    ["trivy:KSV-0055"],
    [roleWith("apiGroups: ['*'], resources: [rolebindings], verbs: [get, patch]")],
    [
      roleWith("apiGroups: ['*'], resources: [rolebindings], verbs: ['*']"),
      roleWith("apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [get, patch]"),
    ],
  ],
  [
    ["trivy:KSV-0047"],
    [roleWith("apiGroups: [''], resources: [nodes/proxy], verbs: [create]")],
    [roleWith("apiGroups: [''], resources: [nodes/proxy], verbs: ['*']")],
  ],
  [
    ["checkov:CKV_K8S_44"],
    [
      serviceWith("ports: [{port: 1}]", "name: mytillersvc"),
      serviceWith("selector: {z: A-Tiller}"),
      serviceWith("ports: []", "name: n, labels: {q: my-Tiller}"),
    ],
    [serviceWith("selector: {app: helm}")],
  ],
  [
    ["checkov:CKV_K8S_34", "trivy:KSV-0102"],
    [labelled("name: mytiller", "a: b"), labelled("name: n", "app: helm"), labelled("name: n", "name: tiller")],
    [labelled("name: n, labels: {name: helm}", "name: helm"), serviceWith("ports: [{port: 1}]", "name: tiller")],
  ],
  [
    ["checkov:CKV_K8S_153"],
    [ingress("nginx.org/location-snippets: x"), ingress("nginx.ingress.kubernetes.io/server-snippet: x")],
    [ingress("nginx.ingress.kubernetes.io/auth-url: https://a.example")],
  ],
  [
    ["checkov:CKV_K8S_152"],
    [
      ingress("nginx.ingress.kubernetes.io/server-snippet: lua_package_path x;"),
      ingress("a.test/snippets: cat /var/run/secrets/kubernetes.io/x"),
      ingress("nginx.ingress.kubernetes.io/server-snippet: 'content_by_lua_block {}'"),
    ],
    [ingress("nginx.ingress.kubernetes.io/server-snippet: return 200;"), ingress("a.test/x: lua_package_path x;")],
  ],
  [["checkov:CKV_K8S_6"], [psp("{min: 1, max: 5}, {min: 0, max: 0}"), psp("")], [psp("{min: 1, max: 5}, {min: 7, max: 9}")]],
  [
    ["trivy:KSV-0038"],
    [policy("ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")],
    [policy("ingress: [{from: [{podSelector: {}}]}]"), policy("podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")],
  ],
  [["trivy:KSV-0108"], [serviceWith("type: ExternalName, externalName: x.example")], [serviceWith("type: ClusterIP")]],
  [["kubelinter:exposed-services"], [serviceWith("type: NodePort")], [serviceWith("type: ExternalName, externalName: x.example")]],
  [
    ["trivy:KSV-0109", "polaris:sensitiveConfigmapContent"],
    [
      configMap("DB_PWD: x1"),
      configMap("PWD: hunter2"),
      configMap("dbPassphrase: x1"),
      configMap("a: 'passphrase=abc'"),
      configMap(String.raw`a: "port=1\nclientSecret = abc\n"`),
      configMap("a.properties: spring.datasource.password=abc"),
      configMap(String.raw`a.yaml: "db:\n  client-secret: 'abc'\n"`),
    ],
    [
      configMap("compass: north"),
      configMap("tokenizer: a"),
      configMap("a: 'max_token: 3'"),
      configMap("PWD: /srv"),
      configMap("a: 'tokenEndpoint=https://id.example/token'"),
      configMap("a: 'client.secretName = db'"),
      configMap("a.properties: 'spring.password=${PASSWORD}'"),
      configMap("a.py: self.token = options.token"),
      configMap("a.py: 'app.token = read(path)'"),
      configMap("a.js: 'app.token = other;'"),
    ],
  ],
];

describe.each([
  ...Object.entries(SHAPES).map(([name, shape]) => [name, ROWS, shape] as const),
  ["as it stands", OBJECTS, (text: string) => text] as const,
])("%s", (_, rows, shape) => {
  test.each(rows)("%s", (aliases, fires, silent) => {
    for (const alias of aliases) {
      expect(findRules(alias)).not.toEqual([]);
      expect(fires.filter((spec) => !speaks(alias, shape(spec)))).toEqual([]);
      expect(silent.filter((spec) => speaks(alias, shape(spec)))).toEqual([]);
    }
  });
});
