import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "an init that tells dash, which tells nobody",
  image: "node-dash",
  service: { entrypoint: ["sh", "-c", "node /app/server.cjs; true"], healthcheck: check("node", "/app/check.cjs") },
  is: { "stop-signal": "disproved", "graceful-stop": "disproved" },
};
