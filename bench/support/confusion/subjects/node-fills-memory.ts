import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a limit that leaves no room",
  image: "node",
  service: {
    command: ["/app/server.cjs", "fills-memory"],
    // A check in Node would itself have no room in it.
    healthcheck: check("/app/server", "check"),
    mem_limit: "152m",
    memswap_limit: "152m",
  },
  is: { ...RIGHT_DEEP, "memory-squeeze": "disproved", "memory-peak": "disproved" },
};
