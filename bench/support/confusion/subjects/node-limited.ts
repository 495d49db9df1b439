import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "has room below its limits of processor time and processes",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs"), cpus: "1.5", pids_limit: 100 },
  is: { ...RIGHT_DEEP, "cpu-throttling": "proven", "pids-peak": "proven" },
};
