import { commandSpan, scriptOf, effectivePermissions, grants } from "../../../source/workflow/index.ts";
import { get, head, spot } from "../../../source/yaml/index.ts";
import { type Control, watchedUse, type Watched } from "../../workflow/control.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { stepName, stepsOf } from "../../workflow/look.ts";
import { type Invocation, unwrapped } from "../../workflow/programs.ts";

const PYPI = ["https://upload.pypi.org/legacy/", "https://test.pypi.org/legacy/"];
const RUBYGEMS = ["https://rubygems.org", "https://rubygems.org/"];
const NPM = ["https://registry.npmjs.org", "https://registry.npmjs.org/"];
const given = (input: string): Control => ({ input, onWhen: "filled", unset: "off" });
const oneOf = (input: string, values: readonly string[]): Control => ({ input, onWhen: values, unset: "on" });

/** Actions with the inputs by which they are told a token although the index would trust the workflow itself. */
const WITH_TOKEN: readonly (Watched & { readonly input: string })[] = [
  {
    action: "pypa/gh-action-pypi-publish",
    input: "password",
    control: { all: [given("password"), oneOf("repository-url", PYPI), oneOf("repository_url", PYPI)] },
  },
  {
    action: "rubygems/release-gem",
    input: "setup-trusted-publisher",
    control: { input: "setup-trusted-publisher", onWhen: ["false"], unset: "off" },
  },
  {
    action: "rubygems/configure-rubygems-credentials",
    input: "api-token",
    control: { all: [given("api-token"), oneOf("gem-server", RUBYGEMS)] },
  },
  {
    action: "actions/setup-node",
    input: "always-auth",
    control: { all: [oneOf("registry-url", NPM), { input: "always-auth", onWhen: ["true"], unset: "off" }] },
  },
];

/** The words by which a program publishes, and those with which it only pretends. */
const PUBLISH: Readonly<Record<string, { readonly words: readonly string[]; readonly dry?: readonly string[] }>> = {
  cargo: { words: ["publish"], dry: ["--dry-run", "-n"] },
  uv: { words: ["publish"], dry: ["--dry-run"] },
  hatch: { words: ["publish"] },
  pdm: { words: ["publish"] },
  twine: { words: ["upload"] },
  gem: { words: ["push"] },
  npm: { words: ["publish"], dry: ["--dry-run"] },
  pnpm: { words: ["publish"], dry: ["--dry-run"] },
  yarn: { words: ["npm", "publish"], dry: ["--dry-run", "-n"] },
  nuget: { words: ["push"] },
  dotnet: { words: ["nuget", "push"] },
};

const publishes = ({ name, args }: Invocation): boolean => {
  const known = Object.hasOwn(PUBLISH, name) ? PUBLISH[name] : undefined;
  if (known === undefined || args.includes("run") || args.includes("run-script")) return false;
  return known.words.every((word) => args.includes(word)) && known.dry?.some((flag) => args.includes(flag)) !== true;
};

export const trustedPublishing = ciRule({
  id: "workflow/trusted-publishing",
  aliases: ["zizmor:use-trusted-publishing"],
  of: ["github-workflow", "github-action"],
  item: "registry-hygiene",
  severity: "info",
  confidence: "likely",
  summary: "Packages are published with the workflow's own identity, not with a kept token.",
  why: "A kept token works from anywhere and for years once it has leaked. PyPI, npm, RubyGems, crates.io and NuGet take the identity that the run proves, for minutes and from this workflow alone.",
  source: "https://repos.openssf.org/trusted-publishers-for-all-package-repositories",
  examples: [
    {
      bad: inRun("twine upload dist/*"),
      good: "name: release\non: release\npermissions: {}\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    permissions:\n      id-token: write\n    steps:\n      - run: uv publish\n",
    },
  ],
  *check({ file }) {
    for (const { step, job, workflow } of stepsOf(file)) {
      const found = step.uses === undefined ? undefined : watchedUse(WITH_TOKEN, { uses: step.uses, with: step.with, step });
      if (found !== undefined) {
        const input = WITH_TOKEN.find(({ action }) => action === found.action)?.input ?? "";
        yield {
          at: get(step.with, input) === undefined ? head(step.node) : spot(step.with ?? step.node, input),
          message: `${found.action} is given a token of its own`,
          advice: `Register this workflow with the index as a trusted publisher, give the job id-token: write, and remove ${input}.`,
        };
      }
      // An action cannot tell what its callers' jobs may.
      if (step.run === undefined || job === undefined || workflow === undefined) continue;
      if (grants(effectivePermissions(workflow.permissions, job.permissions), "id-token", "write")) continue;
      for (const command of scriptOf(step.run, step.shell).commands)
        if (publishes(unwrapped(command)))
          yield {
            at: commandSpan(step.run, command),
            message: `${stepName(step)} publishes with a token that is kept as a secret`,
            advice: "Register this workflow with the index as a trusted publisher, and give the job id-token: write.",
          };
    }
  },
});
