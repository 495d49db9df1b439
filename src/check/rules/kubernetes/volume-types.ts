import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { entries, items, spot } from "../../../source/yaml/index.ts";

/** What the restricted Pod Security Standard allows. */
const ALLOWED = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "hostPath",
  "image",
];

export const volumeTypes = podRule({
  id: "kubernetes/volume-types",
  aliases: ["trivy:KSV-0028"],
  item: "no-host-access",
  severity: "info",
  confidence: "certain",
  summary: "Storage is asked for by a claim, not by the address of a disk.",
  why: "A volume that names a file server or a cloud disk ties the manifest to one cluster, passes by quotas and access rules, and most of these types are gone from Kubernetes.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  examples: [
    {
      bad: inPod("volumes: [{name: data, nfs: {server: nas, path: /data}}]"),
      good: inPod("volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"),
    },
  ],
  *pod({ pod: { spec }, name }) {
    for (const [index, volume] of items(spec, "volumes").entries())
      for (const [type] of entries(volume))
        if (type !== "name" && !ALLOWED.includes(type))
          yield {
            at: spot(spec, "volumes", index, type),
            message: `${name} mounts ${type} directly`,
            advice: "Describe it as a PersistentVolume and mount a persistentVolumeClaim.",
          };
  },
});
