import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a static binary that collects none of its children, and ends at once",
  image: "static",
  service: { command: ["zombies"], init: false, mem_limit: "64m", memswap_limit: "64m", healthcheck: check("/app/server", "check") },
  is: { "logs-complete": "not-tried", reaping: "disproved", "graceful-stop": "disproved" },
};
