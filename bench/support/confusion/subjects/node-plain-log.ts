import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "lines without structure, in a local time that does not say so",
  image: "node",
  service: { command: ["/app/server.cjs", "plain-log", "local-time"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { logs: "disproved", "time-zone": "disproved" },
};
