import type { ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "works without a port, a health check or requests",
  image: "node",
  service: { command: ["/app/worker.cjs"], expose: null },
  is: {
    "early-readiness": "not-tried",
    "logs-complete": "not-tried",
    "graceful-stop": "not-tried",
    "fake-healthcheck": "not-tried",
    "frozen-healthcheck": "not-tried",
    "start-up": "not-tried",
  },
};
