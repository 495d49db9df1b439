import { podRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { type YamlNode, get, has, head, items, spot } from "../../../source/yaml/index.ts";
import type { FileComplaint } from "../../rule.ts";

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

export const schema = podRule({
  id: "kubernetes/schema",
  aliases: ["kubelinter:schema-validation"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "A pod's fields have the shape that the API server wants.",
  why: "An object that does not fit is refused as a whole: the release stops, or goes on without it.",
  source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",
  examples: [
    { bad: inContainer("env: {PORT: '8080'}"), good: inContainer("env: [{name: PORT, value: '8080'}]") },
    { bad: inContainer("env: [{name: PORT, value: 8080}]"), good: inContainer("env: [{name: PORT, value: '8080'}]") },
  ],
  *pod({ name, pod: { spec, containers }, resource }) {
    yield* shapes(spec, OF_A_POD, name);
    if (!has(spec, "containers") && resource.kind === "Pod")
      yield { at: spot(spec), message: `${name} has no containers`, advice: "Add containers." };
    for (const container of containers) {
      const called = `container ${container.name} of ${name}`;
      yield* shapes(container.node, OF_A_CONTAINER, called);
      if (!has(container.node, "name"))
        yield { at: head(container.node), message: `a container of ${name} has no name`, advice: "Add name." };
      for (const variable of items(container.node, "env")) {
        yield* shapes(
          variable,
          [
            ["name", "text"],
            ["value", "text"],
          ],
          `a variable of ${called}`,
        );
        if (variable.kind === "mapping" && !has(variable, "name"))
          yield { at: head(variable), message: `a variable of ${called} has no name`, advice: "Add name." };
      }
    }
  },
});
