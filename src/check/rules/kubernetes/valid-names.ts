import { inContainer } from "../../kubernetes/examples.ts";
import { type YamlNode, get, items, spot, text, textMap } from "../../../source/yaml/index.ts";
import type { Container } from "../../../source/kubernetes/index.ts";
import { type FileComplaint, NOTHING, kubernetesRule } from "../../rule.ts";

const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
const LABEL = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

const isPortName = (written: string): boolean => written.length <= 15 && PORT_NAME.test(written);
const isPortNumber = (written: number): boolean => Number.isInteger(written) && written >= 1 && written <= 65_535;

/** What a Service may send to: 0 and an empty name mean the port itself, and a number in quotes is a name. */
const isTarget = (node: YamlNode | undefined): boolean => {
  const value = node?.kind === "scalar" ? node.value : undefined;
  if (typeof value === "number") return value === 0 || isPortNumber(value);
  const written = text(node) ?? "";
  return written === "" || isPortName(written);
};

function* labels(root: YamlNode, name: string): Iterable<FileComplaint> {
  for (const [key, value] of textMap(root, "metadata", "labels"))
    if (!LABEL.test(value))
      yield {
        at: spot(root, "metadata", "labels", key),
        message: `${name} has the label ${key} with a value that no label may have`,
        advice: "Use at most 63 letters, digits, -, _ and ., with a letter or digit at both ends; or an annotation.",
        peers: ["kubescore:label-values"],
      };
}

function* containerPorts(container: Container, name: string): Iterable<FileComplaint> {
  for (const [index, port] of items(container.node, "ports").entries())
    for (const key of ["name", "containerPort"]) {
      const value = text(port, key) ?? "";
      if (value !== "" && !(key === "name" ? isPortName(value) : isPortNumber(Number(value))))
        yield {
          at: spot(container.node, "ports", index, key),
          message: `container ${container.name} of ${name} has the port ${key === "name" ? "name" : "number"} ${value}, which cannot be`,
          advice: "A name has at most 15 lower-case letters, digits and -; a number is 1 to 65535.",
          peers: [...(key === "name" ? ["kubelinter:invalid-target-ports"] : []), "kubescore:container-ports-check"],
        };
    }
}

export const validNames = kubernetesRule({
  id: "kubernetes/valid-names",
  aliases: ["kubelinter:invalid-target-ports", "kubescore:container-ports-check", "kubescore:label-values"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "Ports and labels are such as the API server takes.",
  why: "One name that is a letter too long and the whole object is refused, in the middle of a release.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
  examples: [
    {
      bad: inContainer("ports: [{name: a-name-too-long-for-a-port, containerPort: 8080}]"),
      good: inContainer("ports: [{name: http, containerPort: 8080}]"),
    },
    {
      bad: "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80, targetPort: 123456}]}\n",
      good: "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80, targetPort: http}]}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ resource, name }) {
    yield* labels(resource.root, name);
    if (resource.pod !== undefined && resource.pod.template !== resource.root)
      yield* labels(resource.pod.template, `the pod template of ${name}`);
    for (const container of resource.pod?.containers ?? []) yield* containerPorts(container, name);
    if (resource.kind !== "Service") return;
    for (const [index, port] of items(resource.root, "spec", "ports").entries()) {
      const target = get(port, "targetPort");
      if (!isTarget(target))
        yield {
          at: spot(resource.root, "spec", "ports", index, "targetPort"),
          message: `${name} sends to the port ${text(target) ?? ""}, which cannot be`,
          advice: "Write the name or number of a container's port.",
          peers: ["kubelinter:invalid-target-ports"],
        };
    }
  },
});
