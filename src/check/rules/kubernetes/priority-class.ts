import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const priorityClass = podRule({
  id: "kubernetes/priority-class",
  aliases: ["kubelinter:priority-class-name", "polaris:priorityClassNotSet"],
  item: "zero-downtime",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A pod has a priority class.",
  why: "When a cluster is full, pods of higher priority push others out. Without classes a batch job is as important as the shop.",
  source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
  examples: [{ bad: inPod("restartPolicy: Always"), good: inPod("priorityClassName: shop") }],
  *pod({ name, pod: { spec } }) {
    if ((text(spec, "priorityClassName") ?? "") === "")
      yield {
        at: spot(spec, "priorityClassName"),
        message: `${name} has no priority class`,
        advice: "Set priorityClassName.",
        // KubeLinter's id means the reverse: no class at all, or one of the cluster's own (decision 0010).
        peers: ["polaris:priorityClassNotSet"],
      };
  },
});
