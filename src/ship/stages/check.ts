import { type BaseImages, checkProject, findBases, projectBases } from "../../check/index.ts";
import { isSeaworthyError } from "../../core/index.ts";
import type { Images } from "../../engine/index.ts";
import { gateOn } from "../gate.ts";
import type { Stage } from "../voyage.ts";

/** What the engine has. A layout is no image of an engine; one that does not answer has none. */
const engineImages =
  (images: Pick<Images, "inspect">): BaseImages =>
  async (reference) => {
    try {
      return (await images.inspect(reference))?.config;
    } catch (error) {
      if (isSeaworthyError(error)) return undefined;
      throw error;
    }
  };

export const check: Stage = {
  name: "check",
  brief: "what the files say, against the checklist",
  run: async (voyage) => {
    const { project, engine } = voyage;
    const bases = await findBases(projectBases(project), engineImages(engine.images));
    const { findings, evidence } = checkProject(project, { now: voyage.clock.now(), bases });
    voyage.evidence.push(...evidence);
    const refused = gateOn(voyage, new Set(evidence.map(({ item }) => item)), "disproof");
    return (
      refused ?? {
        state: "passed",
        words: findings.length === 0 ? "nothing found" : `${findings.length} findings, none that the policy refuses`,
      }
    );
  },
};
