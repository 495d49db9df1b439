import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "ends as soon as what it depends on is away",
  image: "node",
  service: { command: ["/app/server.cjs", "needs-other"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  dependency: { command: ["/app/server.cjs"] },
  is: { ...RIGHT_DEEP, "dependency-down": "disproved", "without-network": "not-tried" },
};
