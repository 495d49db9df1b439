import { checkProject } from "../../check/index.ts";
import { gateOn } from "../gate.ts";
import type { Stage } from "../voyage.ts";

export const check: Stage = {
  name: "check",
  brief: "what the files say, against the checklist",
  run: async (voyage) => {
    const { findings, evidence } = checkProject(voyage.project, { now: voyage.clock.now() });
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
