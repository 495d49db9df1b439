import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const procMount = containerRule({
  id: "kubernetes/proc-mount",
  aliases: ["trivy:KSV-0027", "kubelinter:unsafe-proc-mount", "polaris:procMount"],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "The /proc of a container is masked as the engine masks it.",
  why: "An unmasked /proc shows and changes settings of the node's kernel, some of which run a program as the node's root.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [{ bad: inContainer("securityContext: {procMount: Unmasked}"), good: inContainer("securityContext: {procMount: Default}") }],
  roles: ["main", "init", "ephemeral"],
  *container({ node, name, container: { role } }) {
    const written = text(node, "securityContext", "procMount");
    if (written !== undefined && written.toLowerCase() !== "default")
      yield {
        at: spot(node, "securityContext", "procMount"),
        message: `${name} mounts /proc as ${written}`,
        advice: "Remove procMount.",
        peers: ["trivy:KSV-0027", "kubelinter:unsafe-proc-mount", ...(role === "main" ? ["polaris:procMount"] : [])],
      };
  },
});
