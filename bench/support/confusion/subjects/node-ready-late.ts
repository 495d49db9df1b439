import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "listens at once and answers 503 for three seconds",
  image: "node",
  service: { command: ["/app/server.cjs", "ready-late"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: {},
};
