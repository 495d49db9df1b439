import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "waits for a network without a word",
  image: "node",
  service: { command: ["/app/server.cjs", "waits-for-network"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { "without-network": "disproved" },
};
