import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { items, spot, text } from "../../../source/yaml/index.ts";

/** Those of the Pod Security Standards' baseline, with the version that brought them. */
const SAFE: Readonly<Record<string, number>> = {
  "kernel.shm_rmid_forced": 0,
  "net.ipv4.ip_local_port_range": 0,
  "net.ipv4.tcp_syncookies": 0,
  "net.ipv4.ping_group_range": 0,
  "net.ipv4.ip_unprivileged_port_start": 0,
  "net.ipv4.ip_local_reserved_ports": 27,
  "net.ipv4.tcp_keepalive_time": 29,
  "net.ipv4.tcp_fin_timeout": 29,
  "net.ipv4.tcp_keepalive_intvl": 29,
  "net.ipv4.tcp_keepalive_probes": 29,
  "net.ipv4.tcp_rmem": 32,
  "net.ipv4.tcp_wmem": 32,
};
/** `kernel.*` and its kin, which KubeLinter's list is made of. */
const OF_THE_NODE = ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net."];
const NEWEST = 99;

const minorOf = (version: string | undefined): number => {
  const [, minor] = /^v?1\.(\d+)\.\d/.exec(version ?? "") ?? [];
  return minor === undefined ? NEWEST : Number(minor);
};

export const sysctls = podRule({
  id: "kubernetes/sysctls",
  aliases: ["trivy:KSV-0026", "kubelinter:unsafe-sysctls"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "A pod sets no sysctl that reaches beyond it.",
  why: "Unsafe sysctls are those of the node: they change it for every pod there, and the kubelet refuses the pod unless it was told to allow them.",
  source: "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
  examples: [
    {
      bad: inPod("securityContext: {sysctls: [{name: kernel.msgmax, value: '65536'}]}"),
      good: inPod("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}"),
    },
  ],
  *pod({ pod: { spec }, name, subject }) {
    const version = minorOf(subject.settings.kubernetesVersion);
    for (const [index, item] of items(spec, "securityContext", "sysctls").entries()) {
      const key = text(item, "name") ?? "";
      const since = Object.hasOwn(SAFE, key) ? (SAFE[key] ?? 0) : NEWEST + 1;
      if (since <= version) continue;
      yield {
        at: spot(spec, "securityContext", "sysctls", index),
        message: `${name} sets ${key}, which is the node's`,
        advice: "Remove it; what needs it is set on the node for all.",
        peers: OF_THE_NODE.some((prefix) => key.startsWith(prefix)) ? ["trivy:KSV-0026", "kubelinter:unsafe-sysctls"] : ["trivy:KSV-0026"],
      };
    }
  },
});
