import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "ends at SIGTERM with requests in flight",
  image: "node",
  service: { command: ["/app/server.cjs", "ends-at-once"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "graceful-stop": "disproved" },
};
