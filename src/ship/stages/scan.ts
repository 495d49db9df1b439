import type { Stage } from "../voyage.ts";

export const scan: Stage = {
  name: "scan",
  brief: "known vulnerabilities in what was built",
  run: async ({ evidence, project, clock }) => {
    const reason = "this version has no scanner yet";
    evidence.push({
      item: "scanned",
      subject: { kind: "project", project: project.name },
      kind: "scan",
      verdict: { state: "not-tried", reason },
      source: "ship/scan",
      because: reason,
      at: clock.now(),
    });
    return { state: "not-tried", reason };
  },
};
