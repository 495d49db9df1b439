import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "listens on a port that nothing declares",
  image: "node",
  service: { command: ["/app/server.cjs", "debug-port"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "listening-ports": "disproved" },
};
