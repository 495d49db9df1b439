import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "keeps 1 MiB of each request",
  image: "node",
  service: { command: ["/app/server.cjs", "leaks"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "logs-complete": null, "memory-peak": "disproved" },
};
