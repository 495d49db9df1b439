import { scriptOf, usesMatches, type WorkflowFile } from "../../source/workflow/index.ts";
import { flag, head, type Span, text } from "../../source/yaml/index.ts";
import { scriptsOf, stepsOf, usesSpot } from "./look.ts";
import { unwrapped } from "./programs.ts";

/** A place that builds and pushes an image. */
export interface ImageBuild {
  readonly at: Span;
  readonly how: string;
}

const PUSHERS = [
  "docker/build-push-action",
  "docker/bake-action",
  "redhat-actions/push-to-registry",
  "elgohr/publish-docker-github-action",
  "mr-smithers-excellent/docker-build-push",
];

const isPush = (name: string, args: readonly string[]): boolean => {
  if (name === "docker" || name === "podman")
    return args[0] === "push" || (args.includes("build") && args.some((arg) => arg === "--push" || arg.startsWith("--push=")));
  if (name === "buildah" || name === "crane" || name === "img") return args[0] === "push";
  return (
    (name === "skopeo" && args[0] === "copy") ||
    (name === "ko" && (args[0] === "build" || args[0] === "publish")) ||
    (name === "executor" && args.includes("--destination"))
  );
};

/** Where a file pushes images that it built. */
export const imageBuildsOf = (file: WorkflowFile): readonly ImageBuild[] => [
  ...[...stepsOf(file)].flatMap(({ step }): readonly ImageBuild[] => {
    const { uses } = step;
    if (uses?.kind !== "repository") return [];
    const action = PUSHERS.find((one) => usesMatches(uses, one));
    const isOff =
      flag(step.with, "push") === false ||
      (action?.startsWith("docker/") === true &&
        text(step.with, "push") === undefined &&
        !/push=true|type=registry/.test(text(step.with, "outputs") ?? ""));
    return action === undefined || isOff ? [] : [{ at: usesSpot(uses), how: action }];
  }),
  ...[...scriptsOf(file)].flatMap(({ script, shell }) =>
    scriptOf(script, shell).commands.flatMap((command) => {
      const { name, args } = unwrapped(command);
      return isPush(name, args) ? [{ at: head(script), how: `${name} ${args[0] ?? ""}`.trim() }] : [];
    }),
  ),
];

/** Whether a file uses one of these actions, or runs one of these programs with such words. */
export const doesAny = (
  file: WorkflowFile,
  actions: readonly string[],
  runs: (name: string, args: readonly string[]) => boolean,
): boolean =>
  [...stepsOf(file)].some(({ step: { uses } }) => uses?.kind === "repository" && actions.some((action) => usesMatches(uses, action))) ||
  [...scriptsOf(file)].some(({ script, shell }) =>
    scriptOf(script, shell).commands.some((command) => {
      const { name, args } = unwrapped(command);
      return runs(name, args);
    }),
  );

/** A file that hands its work to other workflows does not show all that happens. */
export const callsOthers = (file: WorkflowFile): boolean =>
  file.dialect === "github-workflow" && file.jobs.some(({ uses }) => uses !== undefined);
