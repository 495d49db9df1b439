import type { Engine } from "../engine/index.ts";
import { perform, type World } from "./actions/index.ts";
import { LABELS } from "./live.ts";
import type { Action } from "./plan.ts";
import type { RolloutState } from "./rollout-state.ts";

/** Only of these does the engine itself promise that they run. A job that has ended stays ended. */
const MEANT_TO_RUN: ReadonlySet<string | undefined> = new Set(["always", "unless-stopped"]);

export const isMeantToRun = async ({ containers }: Engine, name: string): Promise<boolean> =>
  MEANT_TO_RUN.has((await containers.inspect(name))?.config.HostConfig.RestartPolicy?.Name);

type HoldRequests = Extract<Action, { do: "hold-requests" }>;

/** Holds that were begun and not ended. Their time may be up by now, and where nobody answers yet, waiting is still better. */
const openHolds = ({ entry, begun, undone }: RolloutState): readonly HoldRequests[] => {
  const stands = (id: string): boolean => begun.includes(id) && !undone.has(id);
  const ended = new Set(
    entry.plan.steps.flatMap(({ id, action }) => (action.do === "release-requests" && stands(id) ? [action.backend] : [])),
  );
  return entry.plan.steps.flatMap(({ id, action }) =>
    action.do === "hold-requests" && stands(id) && !ended.has(action.backend) ? [action] : [],
  );
};

type RedirectPort = Extract<Action, { do: "redirect-port" }>;

/** A restart of the host forgets them. */
const openRedirects = ({ entry, begun, undone }: RolloutState): readonly RedirectPort[] => {
  const { steps } = entry.plan;
  const ended = steps.some(({ id, action }) => action.do === "end-redirect" && begun.includes(id));
  return steps.flatMap(({ id, action }) =>
    action.do === "redirect-port" && begun.includes(id) && !undone.has(id) && !ended ? [action] : [],
  );
};

/**
 * Brings back what stood and has fallen since: whoever goes on with a rollout after a crash may find the proxy gone, and containers of any service stopped,
 * which Docker Engine leaves down after a crash of its own (it takes its own clearing up for somebody's wish). What the plan has begun to stop stays so.
 * Requests that waited when the last one died wait again. `towards`: whether the rollout goes on to the new release, or back to the old one, when the new one's own are left alone.
 */
export const standAgain = async (state: RolloutState, towards: "new" | "old", world: World): Promise<void> => {
  const { entry, done, begun } = state;
  const { steps } = entry.plan;
  const proxy = steps.find(({ action }) => action.do === "start-proxy");
  if (proxy !== undefined && done.has(proxy.id)) await perform(proxy.action, world);
  const leaving = new Set(steps.flatMap(({ id, action }) => (action.do === "stop-container" && begun.includes(id) ? [action.name] : [])));
  for (const { name, state, labels } of await world.engine.containers.list({ [LABELS.project]: entry.project })) {
    if (state !== "exited" || leaving.has(name) || (towards === "old" && labels[LABELS.release] === String(entry.release))) continue;
    if (!(await isMeantToRun(world.engine, name))) continue;
    world.progress.note(`${name} had stopped meanwhile; it is started again`);
    await perform({ do: "start-container", name }, world);
  }
  for (const redirect of openRedirects(state)) await perform(redirect, world);
  for (const hold of openHolds(state)) await perform(hold, world);
};
