import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "busybox's shell, which makes way for its last command",
  image: "busybox",
  service: {
    command: ["/bin/busybox", "sh", "-c", "/app/server"],
    init: false,
    mem_limit: "32m",
    memswap_limit: "32m",
    healthcheck: check("/app/server", "check"),
  },
  is: { "logs-complete": "not-tried" },
};
