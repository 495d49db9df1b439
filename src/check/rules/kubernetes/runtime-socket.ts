import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { items, spot, text } from "../../../source/yaml/index.ts";

const SOCKET = /(?:^|\/)(?:docker|containerd|crio|cri-dockerd|podman|dockershim|buildkitd)\.sock$/;

export const runtimeSocket = podRule({
  id: "kubernetes/runtime-socket",
  aliases: ["trivy:KSV-0006", "checkov:CKV_K8S_27", "kubelinter:docker-sock"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No pod is given the container engine's socket.",
  why: "Who can talk to the engine starts a privileged container with the node's disk in it: that is root on the node, without a hole to be found first.",
  source: "https://docs.docker.com/engine/security/#docker-daemon-attack-surface",
  examples: [
    {
      bad: inPod("volumes: [{name: engine, hostPath: {path: /var/run/docker.sock}}]"),
      good: inPod("volumes: [{name: work, emptyDir: {}}]"),
    },
  ],
  *pod({ pod: { spec, containers }, name }) {
    for (const [index, volume] of items(spec, "volumes").entries()) {
      const path = (text(volume, "hostPath", "path") ?? "").replace(/\/+$/, "");
      const isMounted = containers.some(({ node }) =>
        items(node, "volumeMounts").some((mount) => text(mount, "name") === text(volume, "name")),
      );
      const isDocker = path.endsWith("docker.sock") && isMounted;
      if (SOCKET.test(path))
        yield {
          at: spot(spec, "volumes", index, "hostPath", "path"),
          message: `${name} is given the engine's socket ${path}`,
          peers: ["trivy:KSV-0006", "checkov:CKV_K8S_27", ...(isDocker ? ["kubelinter:docker-sock"] : [])],
          advice: "Remove the volume; build images with a rootless builder, read containers by the API server.",
        };
    }
  },
});
