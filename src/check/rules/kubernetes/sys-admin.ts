import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities } from "../../kubernetes/security.ts";
import { spot } from "../../../source/yaml/index.ts";

export const sysAdmin = containerRule({
  id: "kubernetes/sys-admin",
  aliases: ["trivy:KSV-0005", "trivy:KSV-0120", "checkov:CKV_K8S_39", "polaris:dangerousCapabilities"],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No container may administer the node: no SYS_ADMIN, no SYS_MODULE.",
  why: "SYS_ADMIN mounts file systems and changes name spaces, SYS_MODULE loads code into the kernel: either is as good as being root on the node.",
  source: "https://man7.org/linux/man-pages/man7/capabilities.7.html",
  examples: [
    {
      bad: inContainer("securityContext: {capabilities: {add: [SYS_ADMIN]}}"),
      good: inContainer("securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}"),
    },
  ],
  *container({ node, name }) {
    const added = capabilities(node, "add");
    const peers = {
      SYS_ADMIN: ["trivy:KSV-0005", "checkov:CKV_K8S_39", "polaris:dangerousCapabilities"],
      SYS_MODULE: ["trivy:KSV-0120"],
      ALL: ["trivy:KSV-0120", "checkov:CKV_K8S_39", "polaris:dangerousCapabilities"],
    } as const;
    for (const power of ["SYS_ADMIN", "SYS_MODULE", "ALL"] as const)
      if (added.includes(power))
        yield {
          at: spot(node, "securityContext", "capabilities", "add", added.indexOf(power)),
          message: `${name} is given ${power}: it is root on its node`,
          advice: `Remove ${power}; what needs it is a task for the node's own administration.`,
          peers: peers[power],
        };
  },
});
