import { entries, get, has, head, items, spot, type YamlNode } from "../../../source/yaml/index.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { type FileComplaint, kubernetesRule, NOTHING } from "../../rule.ts";

/** Fields of the core objects that decide whether the API server takes one, by what they must be. */
type Shape = "list" | "mapping" | "number" | "text" | "flag";

const OF_A_POD: readonly (readonly [string, Shape])[] = [
  ["containers", "list"],
  ["initContainers", "list"],
  ["volumes", "list"],
  ["imagePullSecrets", "list"],
  ["tolerations", "list"],
  ["securityContext", "mapping"],
  ["affinity", "mapping"],
  ["nodeSelector", "mapping"],
  ["hostNetwork", "flag"],
  ["hostPID", "flag"],
  ["hostIPC", "flag"],
  ["terminationGracePeriodSeconds", "number"],
];
const OF_A_CONTAINER: readonly (readonly [string, Shape])[] = [
  ["name", "text"],
  ["image", "text"],
  ["command", "list"],
  ["args", "list"],
  ["env", "list"],
  ["envFrom", "list"],
  ["ports", "list"],
  ["volumeMounts", "list"],
  ["resources", "mapping"],
  ["securityContext", "mapping"],
  ["livenessProbe", "mapping"],
  ["readinessProbe", "mapping"],
  ["startupProbe", "mapping"],
];

const OF_A_VARIABLE: readonly (readonly [string, Shape])[] = [
  ["name", "text"],
  ["value", "text"],
];

const fits = (node: YamlNode, shape: Shape): boolean => {
  if (node.kind === "scalar" && node.value === null) return true;
  if (shape === "list") return node.kind === "sequence";
  if (shape === "mapping") return node.kind === "mapping";
  if (node.kind !== "scalar") return false;
  if (shape === "number") return typeof node.value === "number";
  return shape === "flag" ? typeof node.value === "boolean" : typeof node.value === "string";
};

const SAID = {
  list: "a list",
  mapping: "a mapping",
  number: "a number",
  text: "text (in quotes when it looks like a number)",
  flag: "true or false",
} as const;

function* shapes(node: YamlNode, fields: readonly (readonly [string, Shape])[], name: string): Iterable<FileComplaint> {
  for (const [key, shape] of fields) {
    const value = get(node, key);
    if (value !== undefined && !fits(value, shape))
      yield { at: spot(node, key), message: `${key} of ${name} must be ${SAID[shape]}`, advice: `Write ${SAID[shape]}.` };
  }
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];

/** Metadata values are text: `version: 1.0` and `enabled: true` are none. */
function* metadata(root: YamlNode, name: string): Iterable<FileComplaint> {
  for (const part of ["labels", "annotations"])
    for (const [key, { value }] of entries(root, "metadata", part))
      if (!fits(value, "text"))
        yield {
          at: spot(root, "metadata", part, key),
          message: `${key} in the ${part} of ${name} must be ${SAID.text}`,
          advice: "Put it in quotes.",
        };
}

function* ofContainer(node: YamlNode, called: string): Iterable<FileComplaint> {
  yield* shapes(node, OF_A_CONTAINER, called);
  if (!has(node, "name")) yield { at: head(node), message: `a container has no name: ${called}`, advice: "Add name." };
  for (const port of items(node, "ports")) {
    yield* shapes(port, [["containerPort", "number"]], `a port of ${called}`);
    if (port.kind === "mapping" && !has(port, "containerPort"))
      yield { at: head(port), message: `a port of ${called} has no containerPort`, advice: "Add containerPort." };
  }
  for (const variable of items(node, "env")) {
    yield* shapes(variable, OF_A_VARIABLE, `a variable of ${called}`);
    if (variable.kind === "mapping" && !has(variable, "name"))
      yield { at: head(variable), message: `a variable of ${called} has no name`, advice: "Add name." };
  }
}

function* ofWorkload(root: YamlNode, kind: string, apiVersion: string, name: string): Iterable<FileComplaint> {
  const spec = get(root, "spec");
  if (spec === undefined || spec.kind !== "mapping") {
    yield { at: spot(root, "spec"), message: `${name} has no spec that is a mapping`, advice: "Add spec." };
    return;
  }
  yield* shapes(
    spec,
    [
      ["replicas", "number"],
      ["selector", "mapping"],
      ["template", "mapping"],
      ["strategy", "mapping"],
    ],
    name,
  );
  const wanted = kind === "CronJob" ? ["schedule", "jobTemplate"] : kind === "Job" ? ["template"] : ["selector", "template"];
  if (/^(?:apps|batch)\/v1$/.test(apiVersion))
    for (const key of wanted)
      if (!has(spec, key)) yield { at: spot(root, "spec"), message: `${name} has no ${key}`, advice: `Add spec.${key}.` };
}

export const schema = kubernetesRule({
  id: "kubernetes/schema",
  aliases: ["kubelinter:schema-validation"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "A workload's fields have the shape that the API server wants.",
  why: "An object that does not fit is refused as a whole: the release stops, or goes on without it.",
  source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",
  examples: [
    { bad: inContainer("env: {PORT: '8080'}"), good: inContainer("env: [{name: PORT, value: '8080'}]") },
    { bad: inContainer("env: [{name: PORT, value: 8080}]"), good: inContainer("env: [{name: PORT, value: '8080'}]") },
  ],
  applies: ({ resource, name }) => resource.pod !== undefined || WORKLOADS.includes(resource.kind) || `${name} is no workload`,
  proves: () => NOTHING,
  *check({ resource: { root, pod, kind, apiVersion }, name }) {
    yield* metadata(root, name);
    if (WORKLOADS.includes(kind)) yield* ofWorkload(root, kind, apiVersion, name);
    if (pod === undefined) return;
    if (pod.template !== root) yield* metadata(pod.template, `the pod template of ${name}`);
    yield* shapes(pod.spec, OF_A_POD, name);
    if (!has(pod.spec, "containers")) yield { at: head(pod.spec), message: `${name} has no containers`, advice: "Add containers." };
    for (const { node, name: container } of pod.containers) yield* ofContainer(node, `container ${container} of ${name}`);
  },
});
