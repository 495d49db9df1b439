import { isReusableOnly, type Permissions } from "../../../source/workflow/index.ts";
import { head, type Span } from "../../../source/yaml/index.ts";
import { ciRule, isStrict, type WorkflowComplaint } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";

const ADVICE = "Set permissions: {} for the workflow, and give each job what it needs: contents: read for a checkout.";
const ZIZMOR = "zizmor:excessive-permissions";

/** What is too much wherever it stands. */
const tooMuch = (permissions: Permissions, where: string, unset: Span, name: string): WorkflowComplaint | undefined => {
  if (permissions.kind === "default")
    return {
      at: unset,
      confidence: "likely",
      message: `${name} has the repository's default rights, which may be to write everything`,
      advice: ADVICE,
      peers: [ZIZMOR, "kics:unspecified_workflows_permissions"],
    };
  if (permissions.kind !== "all") return undefined;
  const isWrite = permissions.level === "write";
  const peers = isWrite && where === "workflow" ? [ZIZMOR, "checkov:CKV2_GHA_1"] : [ZIZMOR];
  return {
    at: head(permissions.node),
    ...(isWrite ? { severity: "error" } : {}),
    message: `${name} may ${permissions.level} everything`,
    advice: ADVICE,
    peers,
  };
};

export const permissions = ciRule({
  id: "workflow/permissions",
  aliases: [ZIZMOR, "checkov:CKV2_GHA_1", "kics:unspecified_workflows_permissions"],
  of: ["github-workflow"],
  severity: "warning",
  summary: "A job's token may do what the job needs, and nothing else.",
  why: "Whoever gets code into one step, by a dependency or an action, gets the job's token. One that may write contents or packages replaces what everyone else builds on.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions",
  examples: [
    {
      bad: "name: ci\non: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
      good: inJob("permissions:\n  contents: read\nsteps:\n  - run: make"),
    },
    { bad: inJob("permissions: write-all\nsteps:\n  - run: make"), good: inJob("permissions:\n  packages: write\nsteps:\n  - run: make") },
  ],
  *check(subject) {
    const { file, spot } = subject;
    const isCalled = isReusableOnly(file.triggers);
    const open = file.permissions.kind === "default" ? file.jobs.filter((job) => job.permissions.kind === "default") : [];
    // Where each job says what it may, or there is but one, the workflow's own say adds little.
    const isMoot = file.jobs.length === 1 || file.jobs.every((job) => job.permissions.kind !== "default") || isCalled;
    const isWriteAll = file.permissions.kind === "all" && file.permissions.level === "write";
    const isInherited = file.jobs.some((job) => job.permissions.kind === "default");
    if (!isMoot || isStrict(subject) || (isWriteAll && isInherited)) {
      const found = tooMuch(file.permissions, "workflow", "source" in spot ? spot : head(file.root), subject.name);
      const isOneJobs = file.permissions.kind === "default" && open.length === 1 && !isStrict(subject);
      if (found !== undefined && !isOneJobs) yield found;
      for (const { name, level, key } of file.permissions.kind === "scopes" ? file.permissions.scopes : [])
        if (level === "write")
          yield {
            at: head(key),
            message: `every job may write ${name}`,
            advice: `Move ${name}: write to the jobs that need it.`,
            peers: [ZIZMOR],
          };
    }
    for (const job of file.jobs) {
      // Said of the workflow already, of all of them at once.
      if (!isMoot && open.length > 1 && open.includes(job) && !isStrict(subject)) continue;
      if (job.permissions.kind === "default" && file.permissions.kind !== "default") continue;
      // What a reusable workflow may, its callers say.
      if (isCalled && job.uses === undefined && !isStrict(subject)) continue;
      const found = tooMuch(job.permissions, "job", head(job.key), `the job ${job.id}`);
      if (found !== undefined) yield found;
    }
  },
});
