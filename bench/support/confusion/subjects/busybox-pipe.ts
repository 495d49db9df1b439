import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "busybox's shell in front of a pipe, which it waits for",
  image: "busybox",
  service: {
    command: ["/bin/busybox", "sh", "-c", "/app/server | /bin/busybox cat"],
    init: false,
    stop_grace_period: "4s",
    mem_limit: "32m",
    memswap_limit: "32m",
    healthcheck: check("/app/server", "check"),
  },
  is: { "logs-complete": "not-tried", "stop-signal": "disproved", "graceful-stop": "disproved" },
};
