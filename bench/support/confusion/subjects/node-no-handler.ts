import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "no handler for SIGTERM, as the first process",
  image: "node",
  service: {
    command: ["/app/server.cjs", "no-handler"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    init: false,
    stop_grace_period: "4s",
  },
  is: { "stop-signal": "disproved", "graceful-stop": "disproved", reaping: "disproved" },
};
