import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "needs more of the processor than it may",
  image: "node",
  service: { command: ["/app/server.cjs", "burns"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs"), cpus: "0.2", pids_limit: 12 },
  is: {
    ...RIGHT_DEEP,
    "cpu-throttling": "disproved",
    "pids-peak": "disproved",
    "start-up": null,
    "graceful-stop": null,
    "memory-peak": null,
    "logs-complete": null,
    "fake-healthcheck": null,
    "frozen-healthcheck": null,
    "early-readiness": null,
  },
};
