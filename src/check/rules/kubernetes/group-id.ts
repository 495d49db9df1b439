import { podRule } from "../../kubernetes/define.ts";
import { inContainer, inPod } from "../../kubernetes/examples.ts";
import { effective, securitySpot } from "../../kubernetes/security.ts";
import { flag, number, spot, texts } from "../../../source/yaml/index.ts";

const ENOUGH = 10_000;

export const groupId = podRule({
  id: "kubernetes/group-id",
  aliases: ["trivy:KSV-0021", "trivy:KSV-0116", "kubescore:container-security-context-user-group-id"],
  item: "non-root",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A pod's groups are no groups of the node, and never root's.",
  why: "Files of the node that belong to root's group, or to one with a low number, are open to a process with the same number that has left its container.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [
    { bad: inContainer("securityContext: {runAsGroup: 100}"), good: inContainer("securityContext: {runAsGroup: 10001}") },
    {
      bad: inPod("securityContext: {runAsGroup: 10001, fsGroup: 0}"),
      good: inPod("securityContext: {runAsGroup: 10001, fsGroup: 10001}"),
    },
  ],
  *pod({ pod, name }) {
    const { spec, containers } = pod;
    const advice = `Set it to more than ${ENOUGH}.`;
    const ofRoot = ["trivy:KSV-0116"];
    const low = ["trivy:KSV-0021", "kubescore:container-security-context-user-group-id"];
    for (const key of ["runAsGroup", "fsGroup"])
      if (number(spec, "securityContext", key) === 0)
        yield { at: spot(spec, "securityContext", key), message: `${name} is given root's group by ${key}`, advice, peers: ofRoot };
    for (const [index, group] of texts(spec, "securityContext", "supplementalGroups").entries())
      if (Number(group) === 0)
        yield {
          at: spot(spec, "securityContext", "supplementalGroups", index),
          message: `${name} is given root's group`,
          advice,
          peers: ofRoot,
        };
    for (const { node, name: container } of containers.filter(({ role }) => role !== "ephemeral")) {
      const group = number(effective(node, pod, "runAsGroup"));
      if (flag(spec, "hostUsers") !== false && (group === undefined || group <= ENOUGH))
        yield {
          at: securitySpot(node, pod, "runAsGroup"),
          message: `container ${container} of ${name} ${group === undefined ? "leaves its group to the image" : `runs with group id ${group}`}`,
          advice,
          peers: group === ENOUGH ? ["trivy:KSV-0021"] : low,
        };
    }
  },
});
