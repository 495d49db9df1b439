import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a health check that always succeeds",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/app/server", "fine") },
  is: { "early-readiness": "not-tried", "fake-healthcheck": "disproved", "frozen-healthcheck": "disproved" },
};
