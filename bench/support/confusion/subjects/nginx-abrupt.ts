import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "nginx stopped by SIGTERM, which it takes for now",
  image: "nginx",
  service: {
    init: false,
    stop_signal: "SIGTERM",
    mem_limit: "64m",
    memswap_limit: "64m",
    tmpfs: ["/tmp:mode=1777"],
    healthcheck: check("/app/server", "check"),
  },
  is: { "logs-complete": "not-tried", "graceful-stop": "disproved" },
};
