import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "ends well, with status 3",
  image: "node",
  service: { command: ["/app/server.cjs", "ends-wrong"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "graceful-stop": "disproved" },
};
