import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a limit that leaves no room",
  image: "node",
  service: {
    command: ["/app/server.cjs", "fills-memory"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    mem_limit: "168m",
    memswap_limit: "168m",
  },
  is: { "memory-peak": "disproved" },
};
