import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { flag, get, items, spot, text } from "../../../source/yaml/index.ts";
import type { Container } from "../../../source/kubernetes/index.ts";

const SENSITIVE =
  /^\/(?:$|bin|boot|dev|etc|home|lib|lib64|proc|root|run|sbin|sys|usr|var\/run|var\/lib\/(?:docker|containerd|kubelet|etcd))(?:\/|$)/;
/** The folders of KubeLinter and Trivy, not what is in them. */
const KUBELINTER = ["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"];
const TRIVY = [...KUBELINTER, "/var/lib/docker"];
const ANY = ["trivy:KSV-0023", "polaris:hostPathSet"];

const mountsOf = (
  containers: readonly Container[],
  volume: string,
): readonly { readonly container: string; readonly readOnly: boolean }[] =>
  containers.flatMap(({ node, name }) =>
    items(node, "volumeMounts")
      .filter((mount) => text(mount, "name") === volume)
      .map((mount) => ({ container: name, readOnly: flag(mount, "readOnly") === true })),
  );

export const hostPath = podRule({
  id: "kubernetes/host-path",
  aliases: [
    "trivy:KSV-0023",
    "trivy:KSV-0121",
    "kubelinter:sensitive-host-mounts",
    "kubelinter:writable-host-mount",
    "polaris:hostPathSet",
  ],
  item: "no-host-access",
  severity: "warning",
  confidence: "certain",
  summary: "A pod mounts nothing of its node's disks.",
  why: "What a pod writes to a host path stays on that node when the pod moves on, and system folders are a way to the node's root: a program in /etc/cron.d, a key in /root/.ssh.",
  source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  examples: [{ bad: inPod("volumes: [{name: host, hostPath: {path: /etc}}]"), good: inPod("volumes: [{name: work, emptyDir: {}}]") }],
  holds: "mount nothing of the node's disks",
  *pod({ pod: { spec, containers }, name }) {
    for (const [index, volume] of items(spec, "volumes").entries()) {
      if (get(volume, "hostPath") === undefined) continue;
      const path = text(volume, "hostPath", "path") ?? "";
      const sensitive = SENSITIVE.test(path);
      const mounts = mountsOf(containers, text(volume, "name") ?? "");
      const writable = mounts.find((mount) => !mount.readOnly);
      yield {
        at: spot(spec, "volumes", index, "hostPath", "path"),
        severity: sensitive ? "error" : "warning",
        message: `${name} mounts ${path} of its node${writable === undefined ? "" : `, writable in container ${writable.container}`}`,
        advice: "Use a persistent volume, an emptyDir, a ConfigMap or a Secret.",
        peers: [
          ...ANY,
          ...(TRIVY.includes(path) ? ["trivy:KSV-0121"] : []),
          ...(KUBELINTER.includes(path) && mounts.length > 0 ? ["kubelinter:sensitive-host-mounts"] : []),
          ...(writable === undefined ? [] : ["kubelinter:writable-host-mount"]),
        ],
      };
    }
  },
});
