import { perform, type World } from "./actions/index.ts";
import type { Action } from "./plan.ts";
import type { RolloutState } from "./rollout-state.ts";

/** Only of these does the engine itself promise that they run. A job that has ended stays ended. */
const MEANT_TO_RUN: ReadonlySet<string | undefined> = new Set(["always", "unless-stopped"]);

/**
 * Brings back what the rollout had standing and what has fallen since: whoever goes on after a crash may find the proxy gone, and containers stopped,
 * which Docker Engine leaves down after a crash of its own (it takes its own clearing up for somebody's wish).
 * `towards`: whether it goes on to the new release, or back to the old one.
 */
export const standAgain = async ({ entry, done, begun }: RolloutState, towards: "new" | "old", world: World): Promise<void> => {
  const { steps } = entry.plan;
  const proxy = steps.find(({ action }) => action.do === "start-proxy");
  if (proxy !== undefined && done.has(proxy.id)) await perform(proxy.action, world);
  const names = steps.flatMap(({ id, action }): readonly string[] => {
    if (towards === "new") return action.do === "start-container" && done.has(id) ? [action.name] : [];
    // What the plan has not begun to stop is what serves; what it has, the steps' own undo brings back.
    return action.do === "stop-container" && !begun.includes(id) ? [action.name] : [];
  });
  for (const name of names) {
    const found = await world.engine.containers.inspect(name);
    if (found?.state !== "exited" || !MEANT_TO_RUN.has(found.config.HostConfig.RestartPolicy?.Name)) continue;
    world.progress.note(`${name} had stopped meanwhile; it is started again`);
    await perform({ do: "start-container", name } satisfies Action, world);
  }
};
