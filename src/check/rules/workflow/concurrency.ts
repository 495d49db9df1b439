import { get, head } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";

export const concurrency = ciRule({
  id: "workflow/concurrency",
  aliases: ["zizmor:concurrency-limits"],
  of: ["github-workflow"],
  profile: "strict",
  severity: "info",
  summary: "A workflow says what happens to a run when the next one starts.",
  why: "Without a limit each push starts another run beside those that still go: they pay for results that nobody reads, and two deployments at once end in whichever is slower.",
  source: "https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency",
  examples: [
    {
      bad: inJob("steps:\n  - run: make"),
      good: `concurrency:\n  group: ci-\${{ github.ref }}\n  cancel-in-progress: true\n${inJob("steps:\n  - run: make")}`,
    },
    {
      bad: inJob("concurrency: deploy\nsteps:\n  - run: make"),
      good: inJob("concurrency:\n  group: deploy\n  cancel-in-progress: false\nsteps:\n  - run: make"),
    },
  ],
  *check({ file, spot }) {
    const advice = "Set concurrency: with a group and cancel-in-progress, true or false.";
    const whole = get(file.root, "concurrency");
    if (whole?.kind === "mapping") return;
    if (whole !== undefined) {
      yield { at: head(whole), message: "the workflow's concurrency does not say whether a running one is cancelled", advice };
      return;
    }
    for (const job of file.jobs.filter(({ uses }) => uses === undefined)) {
      const own = get(job.node, "concurrency");
      if (own === undefined) yield { at: spot, message: `nothing limits how many runs of ${job.id} go at once`, advice };
      else if (own.kind !== "mapping")
        yield { at: head(own), message: `the concurrency of ${job.id} does not say whether a running one is cancelled`, advice };
    }
  },
});
