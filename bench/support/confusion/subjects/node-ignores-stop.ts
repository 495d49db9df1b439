import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a handler for SIGTERM that goes on",
  image: "node",
  service: {
    command: ["/app/server.cjs", "ignores-stop"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    stop_grace_period: "4s",
  },
  is: { "stop-signal": "disproved", "graceful-stop": "disproved" },
};
