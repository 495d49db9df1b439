import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a health check that succeeds three seconds and five refused requests before all is answered",
  image: "node",
  service: { command: ["/app/server.cjs", "ready-early"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs", "/health") },
  requests: [{ method: "GET", path: "/", expect: 200 }],
  is: { "early-readiness": "disproved" },
};
