import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "keeps 24 MiB of each request, and is killed for it at once",
  image: "node",
  service: { command: ["/app/server.cjs", "leaks-fast"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  // It may be killed for the very requests that it should finish, and for those of its health check.
  is: { "logs-complete": null, "early-readiness": null, "memory-peak": "disproved", "graceful-stop": null, "frozen-healthcheck": null },
};
