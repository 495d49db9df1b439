import { ITEMS } from "../../checklist/index.ts";
import type { Stage } from "../voyage.ts";

export const trial: Stage = {
  name: "trial",
  brief: "the container run and proven in a harmless place",
  run: async ({ evidence, project, clock }) => {
    const reason = "ship runs none yet: seaworthy trial does";
    for (const item of ITEMS.filter((one) => one.evidence.includes("trial")))
      evidence.push({
        item: item.id,
        subject: { kind: "project", project: project.name },
        kind: "trial",
        verdict: { state: "not-tried", reason: `only a trial can prove it, and ${reason}` },
        source: "ship/trial",
        because: reason,
        at: clock.now(),
      });
    return { state: "not-tried", reason };
  },
};
