import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { get, head, text } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inRun, inSteps } from "../../workflow/examples.ts";
import { scriptsOf, stepsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

const SECRET = /^\s*([A-Za-z_]\w*)\s*=.*?\$\{\{\s*secrets\.\w+\s*\}\}/m;
const BUILDERS = new Set(["docker", "podman", "buildah", "nerdctl"]);
const push = (line: string): string => `- uses: docker/build-push-action@${HASH} # v6.18.0\n  with:\n    ${line}`;
const ADVICE =
  "Hand it over as a build secret (secrets: in the step, --secret on the command line) and read it with RUN --mount=type=secret.";

/** The arguments of a build's command line. */
const argumentsOf = (args: readonly string[]): readonly string[] =>
  args.flatMap((arg, index) => {
    if (arg === "--build-arg") return args[index + 1] ?? [];
    return arg.startsWith("--build-arg=") ? arg.slice("--build-arg=".length) : [];
  });

export const secretInBuildArgs = ciRule({
  id: "workflow/secret-in-build-args",
  aliases: [],
  of: ["github-workflow", "github-action"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret is handed to an image's build as an argument.",
  why: "Build arguments stay in the image's history and its provenance: whoever may pull the image reads the secret, as does whoever may read the build cache.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    {
      bad: inSteps(push("build-args: NPM_TOKEN=${{ secrets.NPM_TOKEN }}")),
      good: inSteps(push("secrets: npm_token=${{ secrets.NPM_TOKEN }}")),
    },
    {
      bad: inSteps(push("build-args: |\n      VERSION=1.2.3\n      NPM_TOKEN=${{ secrets.NPM_TOKEN }}")),
      good: inSteps(push("build-args: |\n      VERSION=${{ github.ref_name }}")),
    },
    {
      bad: inRun("docker build --build-arg TOKEN=${{ secrets.TOKEN }} ."),
      good: inRun("docker build --build-arg VERSION=1.2.3 --secret id=token,env=TOKEN ."),
    },
  ],
  *check({ file }) {
    for (const { step } of stepsOf(file)) {
      const given = get(step.with, "build-args");
      const name = SECRET.exec(text(given) ?? "")?.[1];
      if (given !== undefined && name !== undefined)
        yield { at: head(given), message: `the build argument ${name} is a secret; it stays in the image's history`, advice: ADVICE };
    }
    for (const { script, shell } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        if (!BUILDERS.has(unwrapped(command).name)) continue;
        const name = argumentsOf(command.args.map(({ raw }) => raw)).flatMap((one) => SECRET.exec(one.replace(/^["']/, ""))?.[1] ?? [])[0];
        if (name !== undefined)
          yield {
            at: commandSpan(script, command),
            message: `the build argument ${name} is a secret; it stays in the image's history`,
            advice: ADVICE,
          };
      }
  },
});
