import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "goes on without what it depends on",
  image: "node",
  service: { command: ["/app/server.cjs", "asks-other"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  dependency: { command: ["/app/server.cjs"] },
  is: { ...RIGHT_DEEP, "dependency-down": "proven", "without-network": "not-tried" },
};
