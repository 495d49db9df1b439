import { head } from "../../../source/yaml/index.ts";
import { get } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";

export const named = ciRule({
  id: "workflow/named",
  aliases: ["zizmor:anonymous-definition"],
  of: ["github-workflow", "github-action"],
  profile: "strict",
  severity: "info",
  summary: "Workflows and their jobs have names.",
  why: "What has no name is shown by its path or its key: in a list of fifty checks nobody knows which one failed, and branch protection breaks when a key is renamed.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#name",
  examples: [
    {
      bad: "on: push\njobs:\n  build:\n    name: Build\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
      good: "name: CI\non: push\njobs:\n  build:\n    name: Build\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
    },
  ],
  *check({ file, spot }) {
    if (file.name === undefined) yield { at: spot, message: "it has no name", advice: "Set name: to what it does." };
    if (file.dialect !== "github-workflow") return;
    for (const job of file.jobs.filter(({ uses }) => uses === undefined))
      if (get(job.node, "name") === undefined)
        yield { at: head(job.key), message: `the job ${job.id} has no name`, advice: "Set name: to what it does." };
  },
});
