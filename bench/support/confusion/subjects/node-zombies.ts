import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "no init, so nobody collects what is left behind",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs"), init: false },
  is: { reaping: "disproved" },
};
