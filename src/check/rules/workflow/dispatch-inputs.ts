import { entries, head } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

export const dispatchInputs = ciRule({
  id: "workflow/dispatch-inputs",
  aliases: ["checkov:CKV_GHA_7"],
  of: ["github-workflow"],
  profile: "strict",
  severity: "info",
  summary: "What a build makes depends on the commit alone, not on what somebody typed.",
  why: "A build whose inputs were typed cannot be made again from the commit, and its provenance cannot say what went into it: SLSA asks for builds without such parameters.",
  source: "https://slsa.dev/spec/v0.1/requirements#parameterless",
  examples: [
    {
      bad: "name: ci\non:\n  workflow_dispatch:\n    inputs:\n      version: {type: string}\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
      good: inSteps("- run: make", "workflow_dispatch"),
    },
  ],
  *check({ file }) {
    const dispatch = file.triggers.events.get("workflow_dispatch");
    const inputs = entries(dispatch?.filters, "inputs");
    const [first] = inputs;
    if (first !== undefined)
      yield {
        at: head(first[1].key),
        message: `whoever starts the workflow by hand decides ${inputs.map(([name]) => name).join(", ")}`,
        advice: "Take it from the commit, a tag or a file, or say in an ignore that this workflow builds nothing.",
      };
  },
});
