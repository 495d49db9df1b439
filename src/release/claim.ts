import { SeaworthyError, type StateFolder } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { LABELS } from "./live.ts";

/** An empty volume whose label says which state folder governs this engine. */
export const MARKER = "seaworthy-state";

/** Whether this state folder may speak of this engine. Changes nothing. @throws STATE_NEEDS_PERSON */
export const assertGoverned = async (engine: Engine, state: StateFolder): Promise<boolean> => {
  const found = await engine.volumes.inspect(MARKER);
  const owner = found?.labels[LABELS.state];
  if (found !== undefined && owner !== state.uuid)
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `this engine is governed by another state folder (${owner ?? "unknown"}), not by ${state.folder}`,
      {
        hint: "Set SEAWORTHY_STATE to that folder. If it is gone for good, remove the volume seaworthy-state and deploy again.",
      },
    );
  return found !== undefined;
};

/** One engine, one state folder: a second one refuses instead of fighting. @throws STATE_NEEDS_PERSON */
export const claimEngine = async (engine: Engine, state: StateFolder): Promise<void> => {
  if (!(await assertGoverned(engine, state))) await engine.volumes.create(MARKER, { labels: { [LABELS.state]: state.uuid } });
};
