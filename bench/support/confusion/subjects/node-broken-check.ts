import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a health check whose program is not in the image",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("curl", "-f", "http://127.0.0.1:3000/") },
  is: { "early-readiness": "not-tried", "fake-healthcheck": "disproved", "frozen-healthcheck": "disproved" },
};
