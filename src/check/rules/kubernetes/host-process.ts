import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const hostProcess = podRule({
  id: "kubernetes/host-process",
  aliases: ["trivy:KSV-0103", "polaris:hostProcess"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No Windows container runs as a process of its node.",
  why: "A host process container is not contained at all: it sees the node's disks, network and processes as any program there does.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [
    {
      bad: inPod("securityContext: {windowsOptions: {hostProcess: true}}"),
      good: inPod("securityContext: {windowsOptions: {hostProcess: false}}"),
    },
  ],
  *pod({ pod: { spec, containers }, name }) {
    for (const [node, subject, role] of [
      [spec, name, "main"] as const,
      ...containers.map((one) => [one.node, `container ${one.name} of ${name}`, one.role] as const),
    ])
      if (flag(node, "securityContext", "windowsOptions", "hostProcess") === true)
        yield {
          at: spot(node, "securityContext", "windowsOptions", "hostProcess"),
          message: `${subject} runs as a process of its Windows node`,
          advice: "Remove hostProcess.",
          peers: ["trivy:KSV-0103", ...(role === "main" ? ["polaris:hostProcess"] : [])],
        };
  },
});
