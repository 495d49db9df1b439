import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "dash in front of node, as `CMD node server.js` makes it",
  image: "node-dash",
  service: {
    entrypoint: ["sh", "-c", "node /app/server.cjs"],
    healthcheck: check("node", "/app/check.cjs"),
    init: false,
    stop_grace_period: "4s",
  },
  is: { "stop-signal": "disproved", "graceful-stop": "disproved" },
};
