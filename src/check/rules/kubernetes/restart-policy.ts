import { podRule } from "../../kubernetes/define.ts";
import { spot, text } from "../../../source/yaml/index.ts";

const JOBS = ["Job", "CronJob", "ScheduledJob"];

export const restartPolicy = podRule({
  id: "kubernetes/restart-policy",
  aliases: ["kubelinter:restart-policy", "kubescore:cronjob-restartpolicy"],
  item: "restart-policy",
  severity: "warning",
  confidence: "certain",
  summary: "A pod's restart policy is one that its kind can have, and restarts what serves.",
  why: "A pod with Never stays down after its first crash. A job with Always, or with none, is refused by the API server, so that the nightly run does not exist.",
  source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
  examples: [
    {
      bad: "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {containers: [{name: run, image: 'shop/run:1.2.3'}]}}}}}\n",
      good: "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: run, image: 'shop/run:1.2.3'}]}}}}}\n",
    },
  ],
  *pod({ name, pod: { spec }, resource }) {
    const policy = text(spec, "restartPolicy");
    const job = JOBS.includes(resource.kind);
    const at = spot(spec, "restartPolicy");
    if (job && (policy === undefined || policy === "Always"))
      yield {
        at,
        severity: "error",
        message: policy === undefined ? `${name} says nothing of restarts, and jobs must` : `${name} cannot restart for ever: it is a job`,
        advice: "Set restartPolicy: Never or OnFailure.",
        peers: ["kubescore:cronjob-restartpolicy", ...(policy === undefined ? ["kubelinter:restart-policy"] : [])],
      };
    else if (!job && policy !== undefined && !["Always", "OnFailure"].includes(policy))
      yield { at, message: `${name} stays down after a crash`, advice: "Set restartPolicy: Always.", peers: ["kubelinter:restart-policy"] };
  },
});
