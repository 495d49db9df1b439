import { templatesOf, usesMatches } from "../../../source/workflow/index.ts";
import { entries, get, head, text, type YamlNode } from "../../../source/yaml/index.ts";
import { secretIn } from "../../../source/secrets/index.ts";
import { ciRule, type WorkflowComplaint } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";
import { stepsOf } from "../../workflow/look.ts";

const CONTAINER = ["zizmor:hardcoded-container-credentials", "actionlint:credentials"];
const ADVICE = "Revoke it, for it is in the history now; keep the new one as a masked and protected secret.";

const isWritten = (node: YamlNode | undefined): node is YamlNode => (text(node) ?? "").trim() !== "" && templatesOf(node).length === 0;

const ofContainer = (owner: YamlNode | undefined, name: string): readonly WorkflowComplaint[] => {
  const password = get(owner, "credentials", "password");
  return isWritten(password)
    ? [{ at: head(password), message: `the registry password of ${name} stands in the file`, advice: ADVICE, peers: CONTAINER }]
    : [];
};

/** Values that tests give to databases of their own, which die with the job. */
const FOR_TESTS =
  /^(?:postgres|mysql|mariadb|root|test(?:ing)?|password|passwd|secret|example|dummy|fake|changeme|admin|guest|user|ci|gitlab|redis|runner)\w*$/i;

const ofVariables = (node: YamlNode | undefined, byName: boolean): readonly WorkflowComplaint[] =>
  entries(node).flatMap(([name, { value }]): readonly WorkflowComplaint[] => {
    const inner = value.kind === "mapping" ? get(value, "value") : value;
    const written = text(inner);
    if (inner === undefined || written === undefined || written.includes("$") || FOR_TESTS.test(written)) return [];
    const what = secretIn(byName ? name : "", written);
    return what === undefined ? [] : [{ at: head(inner), message: `${name} holds ${what}, in the file`, advice: ADVICE, peers: [] }];
  });

export const writtenCredentials = ciRule({
  id: "workflow/written-credentials",
  aliases: CONTAINER,
  of: ["github-workflow", "github-action", "gitlab"],
  item: "runtime-secrets",
  severity: "error",
  summary: "No password or key is written into a workflow.",
  why: "Everyone who can read the repository can read it, in every clone and for all of its history, long after the line was removed.",
  source: "https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets",
  examples: [
    {
      bad: inJob("container:\n  image: ghcr.io/acme/ci:1.2.3\n  credentials: {username: ci, password: hunter2}\nsteps:\n  - run: make"),
      good: inJob(
        "container:\n  image: ghcr.io/acme/ci:1.2.3\n  credentials: {username: ci, password: '${{ secrets.REGISTRY }}'}\nsteps:\n  - run: make",
      ),
    },
    {
      bad: "variables:\n  DEPLOY_TOKEN: x7Kq0abcdefGh2Lm9P\nbuild:\n  script: make\n",
      good: "variables:\n  DEPLOY_TARGET: production\nbuild:\n  script: make\n",
    },
  ],
  *check({ file }) {
    if (file.dialect === "gitlab") {
      yield* ofVariables(get(file.root, "variables"), true);
      for (const job of file.jobs) yield* ofVariables(get(job.node, "variables"), true);
      return;
    }
    // Names prove little here: test databases are given their passwords like this.
    yield* ofVariables(file.dialect === "github-workflow" ? file.env : undefined, false);
    for (const job of file.dialect === "github-workflow" ? file.jobs : []) {
      yield* ofVariables(job.env, false);
      yield* ofContainer(get(job.node, "container"), `the container of ${job.id}`);
      for (const [name, { value }] of entries(job.node, "services")) yield* ofContainer(value, `the service ${name}`);
    }
    for (const { step } of stepsOf(file)) {
      yield* ofVariables(step.env, false);
      const password = get(step.with, "password");
      if (step.uses?.kind === "repository" && usesMatches(step.uses, "docker/login-action") && isWritten(password))
        yield { at: head(password), message: "the registry's password stands in the file", advice: ADVICE, peers: [] };
    }
  },
});
