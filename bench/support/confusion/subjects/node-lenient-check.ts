import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a health check that succeeds whatever comes back, within 300 ms",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs", "lenient") },
  is: { "early-readiness": null, "fake-healthcheck": "disproved", "frozen-healthcheck": "disproved" },
};
