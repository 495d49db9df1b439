import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "closes kept connections at SIGTERM with requests on them",
  image: "node",
  service: { command: ["/app/server.cjs", "drops-connections"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "graceful-stop": "disproved" },
};
