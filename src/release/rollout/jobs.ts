import type { JobSettings } from "../../project/index.ts";
import type { Live } from "../live.ts";
import { containerSha, type ReleaseManifest } from "../manifest.ts";
import type { Plan, Step } from "../plan.ts";
import type { Change, Describe, Direction } from "./change.ts";
import { drafting } from "./drafting.ts";

interface Parts {
  readonly manifest: ReleaseManifest;
  readonly live: Live;
  readonly release: number;
  readonly describe: Describe;
  readonly direction: Direction;
}

/**
 * The jobs of a service that gets new containers. Each runs once: the step that runs it starts its container only when that was never started, so that
 * whoever resumes after a crash waits for the first run instead of beginning a second. Going back runs none: the release did, when it came.
 */
export const jobsOf = (
  { service }: Change,
  when: JobSettings["when"],
  { manifest, live, release, describe, direction }: Parts,
): readonly Step[] => {
  if (direction === "rollback") return [];
  const step = drafting(service.name);
  return (service.jobs ?? [])
    .filter((job) => job.when === when)
    .flatMap((job) => {
      const name = `${manifest.project}-${service.name}-r${release}-job-${job.name}`;
      const { config, connect } = describe({ service, release, number: 0, name, sha: containerSha(service), job });
      const before = when === "before-traffic";
      const why = before ? "once, before anything of the new release starts" : "once, now that all traffic has moved";
      return [
        step(
          `job/${job.name}/create`,
          "the release's own image, environment and secrets",
          { do: "create-container", name, platform: live.platform, config, connect },
          { undo: [{ do: "remove-container", name }] },
        ),
        step(
          `job/${job.name}/run`,
          why,
          { do: "run-job", name, withinMs: job.timeoutMs, ...(before ? {} : { optional: true }) },
          { undo: [{ do: "stop-container", name, graceSeconds: service.spec.stopGraceSeconds }] },
        ),
        step(`job/${job.name}/remove`, "it has done its work", { do: "remove-container", name }),
      ];
    });
};

/** `<service>/<job>` of the steps of a plan that run a job. */
export const jobName = ({ service = "", id }: Step): string => `${service}/${id.split("/").at(-2) ?? ""}`;

export const jobSteps = ({ steps }: Plan): readonly Step[] => steps.filter(({ action }) => action.do === "run-job");
