import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { has, items, spot, text } from "../../../source/yaml/index.ts";
import { secretIn } from "../../../source/secrets/index.ts";

export const secretInEnv = containerRule({
  id: "kubernetes/secret-in-env",
  aliases: ["checkov:CKV_K8S_35", "kubelinter:env-var-secret", "kubelinter:read-secret-from-env-var", "polaris:sensitiveContainerEnvVar"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in a manifest, and secrets reach a container as files.",
  why: "A manifest is in git and in everyone's terminal. An environment variable is inherited by every child process and printed by every crash report; a file is read by who opens it, and can be rotated.",
  source: "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod",
  examples: [
    {
      bad: inContainer("env: [{name: DB_PASSWORD, value: hunter2}]"),
      good: inContainer("env: [{name: DB_PASSWORD_FILE, value: /run/secrets/db}]"),
    },
    {
      bad: inContainer("env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]"),
      good: inContainer("volumeMounts: [{name: db, mountPath: /run/secrets/db}]"),
    },
  ],
  *container({ node, name }) {
    for (const [index, variable] of items(node, "env").entries()) {
      const key = text(variable, "name") ?? "";
      const kind = secretIn(key, text(variable, "value") ?? "");
      if (kind !== undefined)
        yield {
          at: spot(node, "env", index, "value"),
          message: `${name} is given ${kind} in ${key}, in the manifest itself`,
          advice: "Put it into a Secret that is not in git, mount it as a file, and change it: it has been seen.",
          peers: ["polaris:sensitiveContainerEnvVar", ...(/secret/i.test(key) ? ["kubelinter:env-var-secret"] : [])],
        };
      if (has(variable, "valueFrom", "secretKeyRef"))
        yield {
          at: spot(node, "env", index, "name"),
          severity: "info",
          confidence: "certain",
          message: `${name} is given the secret ${text(variable, "valueFrom", "secretKeyRef", "name") ?? ""} as the variable ${key}`,
          advice: "Mount the Secret as a file.",
          peers: ["checkov:CKV_K8S_35", "kubelinter:read-secret-from-env-var"],
        };
    }
    for (const [index, source] of items(node, "envFrom").entries())
      if (has(source, "secretRef"))
        yield {
          at: spot(node, "envFrom", index, "secretRef"),
          severity: "info",
          confidence: "certain",
          message: `${name} is given all of the secret ${text(source, "secretRef", "name") ?? ""} as variables`,
          advice: "Mount the Secret as files.",
          peers: ["checkov:CKV_K8S_35"],
        };
  },
});
