import { podRule } from "../../kubernetes/define.ts";
import { has, items, spot, text } from "../../../source/yaml/index.ts";

export const jobBounds = podRule({
  id: "kubernetes/job-bounds",
  aliases: ["kubelinter:job-ttl-seconds-after-finished", "kubescore:cronjob-has-deadline"],
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  summary: "A CronJob has a deadline for its start, and a Job is cleared away when it is done.",
  why: "A CronJob without startingDeadlineSeconds that missed a hundred starts never starts again. Finished jobs without a TTL stay for ever, with their pods and logs.",
  source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",
  kinds: ["CronJob", "Job"],
  examples: [
    {
      bad: "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: run, image: 'shop/run:1.2.3'}]}}}\n",
      good: "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {ttlSecondsAfterFinished: 86400, template: {spec: {restartPolicy: Never, containers: [{name: run, image: 'shop/run:1.2.3'}]}}}\n",
    },
  ],
  *pod({ name, resource: { root, kind } }) {
    const ttl = "ttlSecondsAfterFinished";
    const peers = ["kubelinter:job-ttl-seconds-after-finished"];
    const owned = items(root, "metadata", "ownerReferences").some((owner) => text(owner, "kind") === "CronJob");
    if (kind === "CronJob" && !has(root, "spec", "startingDeadlineSeconds"))
      yield {
        at: spot(root, "spec", "schedule"),
        message: `${name} has no deadline for its start`,
        advice: "Set startingDeadlineSeconds, as to 300.",
        peers: ["kubescore:cronjob-has-deadline"],
      };
    if (kind === "CronJob" && has(root, "spec", "jobTemplate", "spec", ttl))
      yield {
        at: spot(root, "spec", "jobTemplate", "spec", ttl),
        message: `${name} clears its jobs away by time, against its own history limits`,
        advice: "Remove it, and set successfulJobsHistoryLimit and failedJobsHistoryLimit.",
        peers,
      };
    if (kind === "Job" && owned && has(root, "spec", ttl))
      yield {
        at: spot(root, "spec", ttl),
        message: `${name} is cleared away by time, against the history limits of its CronJob`,
        advice: "Remove it.",
        peers,
      };
    if (kind === "Job" && !owned && !has(root, "spec", ttl))
      yield { at: spot(root, "spec"), message: `${name} stays when it is done`, advice: `Set ${ttl}.`, peers };
  },
});
