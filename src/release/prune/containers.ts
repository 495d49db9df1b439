import type { ContainerSummary } from "../../engine/index.ts";
import { LABELS } from "../live.ts";
import { containerSha } from "../manifest.ts";
import { liveRelease, unfinishedRollout } from "../rollout-state.ts";
import type { Sources } from "./images.ts";
import type { Leftover } from "./leftover.ts";

const COMPOSE_PROJECT = "com.docker.compose.project";

/** One that was only created may be about to be started. */
const hasEnded = ({ state }: ContainerSummary): boolean => state === "exited" || state === "dead";

const judge = ({ labels }: ContainerSummary, { journal }: Sources, project: string): Pick<Leftover, "goes" | "why"> => {
  const open = unfinishedRollout(journal, project);
  if (open !== undefined) return { goes: false, why: `r${open.entry.release} of ${project} is under way` };
  const role = labels[LABELS.role];
  if (role === "job" || role === "one-off") return { goes: true, why: `its ${role === "job" ? "job" : "command"} has ended` };
  const service = labels[LABELS.service];
  const wanted = liveRelease(journal, project)?.entry.manifest.services.find(({ name }) => name === service);
  if (wanted !== undefined && containerSha(wanted) === labels[LABELS.sha])
    return { goes: false, why: "the live release has it: seaworthy reconcile starts it again" };
  return { goes: true, why: `r${labels[LABELS.release] ?? "?"} of ${project} is not what serves` };
};

/** Containers of ours that have ended, and whether they go. What runs, and what others made, is not looked at. */
export const judgeContainers = async (sources: Sources): Promise<readonly Leftover[]> => {
  const { engine, state, keeps } = sources;
  const ours = await engine.containers.list({ [LABELS.state]: state.uuid });
  return ours.filter(hasEnded).flatMap((container): readonly Leftover[] => {
    const { name, labels } = container;
    const project = labels[LABELS.project] ?? labels[COMPOSE_PROJECT];
    if (labels[LABELS.role] === "proxy" || project === undefined || !keeps.has(project)) return [];
    return [{ kind: "container", name, ...judge(container, sources, project) }];
  });
};
