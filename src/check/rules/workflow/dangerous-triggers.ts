import { type GithubWorkflow, usesMatches } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";

const DANGEROUS: Readonly<Record<string, string>> = {
  pull_request_target: "runs with the repository's secrets on pull requests of strangers",
  workflow_run: "runs with the repository's secrets after workflows that strangers can start",
};

/** The one use that GitHub itself shows: labels by paths, nothing of the stranger's is run. */
const onlyLabels = ({ jobs }: GithubWorkflow): boolean => {
  const [step, ...more] = jobs.flatMap((job) => job.steps);
  return jobs.length === 1 && more.length === 0 && step?.uses?.kind === "repository" && usesMatches(step.uses, "actions/labeler");
};

export const dangerousTriggers = ciRule({
  id: "workflow/dangerous-triggers",
  aliases: ["zizmor:dangerous-triggers"],
  of: ["github-workflow"],
  severity: "warning",
  confidence: "likely",
  summary: "A workflow is not started with the repository's own rights by what strangers send.",
  why: "Both pull_request_target and workflow_run have a token that may write, and the secrets. As soon as such a workflow checks out, builds or reads what the stranger sent, the stranger has both.",
  source: "https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/",
  examples: [{ bad: inRun("npm test", "pull_request_target"), good: inRun("npm test", "pull_request") }],
  *check({ file }) {
    for (const [event, { node }] of file.triggers.events) {
      const what = Object.hasOwn(DANGEROUS, event) ? DANGEROUS[event] : undefined;
      if (what !== undefined && !(event === "pull_request_target" && onlyLabels(file)))
        yield {
          at: node,
          message: `${event} ${what}`,
          advice:
            "Use pull_request, and let a second workflow on push or a schedule do what needs secrets; or say in an ignore why nothing of the stranger's is run.",
        };
    }
  },
});
