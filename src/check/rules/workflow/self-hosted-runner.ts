import { branchesOf, matrixValues, patternOf, wholeTemplate, type Job } from "../../../source/workflow/index.ts";
import { get, items, spot, text } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";

const isSelfHosted = (label: string): boolean => label.trim().toLowerCase() === "self-hosted";

/** Whether a job runs, or may run, on a machine of the user's own. */
const reason = (job: Job): "runs" | "may run" | undefined => {
  const runsOn = get(job.node, "runs-on");
  if (job.runners.some(isSelfHosted)) return "runs";
  if (runsOn?.kind === "mapping") return get(runsOn, "group") === undefined ? undefined : "may run";
  if (items(runsOn).some((label) => wholeTemplate(label) !== undefined)) return "may run";
  const expression = wholeTemplate(runsOn)?.expression;
  const branches = expression === undefined ? [] : branchesOf(expression);
  if (branches.some((branch) => branch.kind === "literal" && isSelfHosted(String(branch.value)))) return "may run";
  const pattern = expression?.kind === "context" ? patternOf(expression) : undefined;
  if (pattern?.startsWith("matrix.") !== true) return undefined;
  const path = pattern.slice("matrix.".length);
  const values = [
    ...matrixValues(job.matrix, path),
    ...matrixValues(job.matrix, `${path}.*`),
    ...matrixValues(job.matrix, `${path}.labels`),
  ];
  return values.some(({ text }) => isSelfHosted(text)) ? "may run" : undefined;
};

/** zizmor looks at the first label alone, as GitHub asks for self-hosted to come first. */
const comesFirst = (job: Job): boolean => {
  const [first] = items(job.node, "runs-on");
  return first === undefined || wholeTemplate(first) !== undefined || isSelfHosted(text(first) ?? "");
};

export const selfHostedRunner = ciRule({
  id: "workflow/self-hosted-runner",
  aliases: ["zizmor:self-hosted-runner", "actionlint:runner-label"],
  of: ["github-workflow"],
  profile: "strict",
  severity: "info",
  confidence: "likely",
  summary: "Jobs run on machines that are new for each of them.",
  why: "A machine of one's own keeps what a job left there: a pull request of a stranger can wait on it for the next release, and reaches the network that it stands in.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners",
  examples: [{ bad: inJob("steps:\n  - run: make").replace("ubuntu-24.04", "[self-hosted, linux]"), good: inJob("steps:\n  - run: make") }],
  *check({ file }) {
    for (const job of file.jobs) {
      const how = reason(job);
      if (how !== undefined)
        yield {
          at: spot(job.node, "runs-on"),
          message: `${job.id} ${how} on a self-hosted runner`,
          advice: "Use GitHub's runners for pull requests, or runners that are thrown away after one job.",
          ...(comesFirst(job) ? {} : { peers: ["actionlint:runner-label"] }),
        };
    }
  },
});
