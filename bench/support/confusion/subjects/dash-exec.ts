import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "dash that makes way for node",
  image: "node-dash",
  service: { entrypoint: ["sh", "-c", "exec node /app/server.cjs"], healthcheck: check("node", "/app/check.cjs"), init: false },
  is: { reaping: "disproved" },
};
