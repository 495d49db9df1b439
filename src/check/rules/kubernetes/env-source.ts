import { containerRule } from "../../kubernetes/define.ts";
import { inContainer, together } from "../../kubernetes/examples.ts";
import { flag, get, has, items, spot, text } from "../../../source/yaml/index.ts";

const SOURCES = [
  ["secretKeyRef", "Secret"],
  ["configMapKeyRef", "ConfigMap"],
] as const;

export const envSource = containerRule({
  id: "kubernetes/env-source",
  aliases: ["kubelinter:env-value-from"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "likely",
  summary: "The ConfigMaps and Secrets that variables are taken from are there, with the keys that are asked for.",
  why: "A container whose variable has no source is not started: the new pods hang in CreateContainerConfigError while the old ones go.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/",
  examples: [
    {
      bad: together(
        inContainer("env: [{name: PORT, valueFrom: {configMapKeyRef: {name: web, key: prot}}}]"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {port: '8080'}\n",
      ),
      good: together(
        inContainer("env: [{name: PORT, valueFrom: {configMapKeyRef: {name: web, key: port}}}]"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {port: '8080'}\n",
      ),
    },
  ],
  *container({ node, name, resource, subject }) {
    for (const [index, variable] of items(node, "env").entries())
      for (const [field, kind] of SOURCES) {
        const wanted = get(variable, "valueFrom", field);
        if (wanted === undefined || flag(wanted, "optional") === true) continue;
        const source = text(wanted, "name") ?? "";
        const key = text(wanted, "key") ?? "";
        const found = subject.manifests.find(kind, source, resource.namespace);
        if (found !== undefined && ["data", "stringData", "binaryData"].some((part) => has(found.root, part, key))) continue;
        yield {
          at: spot(node, "env", index, "valueFrom", field, "name"),
          // A Secret is seldom in the repository, and should not be.
          ...(found === undefined ? { severity: "info" as const, confidence: "possible" as const } : {}),
          message:
            found === undefined
              ? `${name} takes a variable from ${kind}/${source}, which is not here`
              : `${name} takes a variable from ${key} of ${kind}/${source}, which has no such key`,
          advice: "Correct the name or the key, or set optional: true.",
        };
      }
  },
});
