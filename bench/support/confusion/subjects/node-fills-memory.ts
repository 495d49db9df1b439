import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a limit that leaves no room",
  image: "node",
  service: {
    command: ["/app/server.cjs", "fills-memory"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    mem_limit: "152m",
    memswap_limit: "152m",
  },
  is: { "memory-peak": "disproved" },
};
