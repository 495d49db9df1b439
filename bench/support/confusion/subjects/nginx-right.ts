import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "nginx with two workers, stopped by SIGQUIT",
  image: "nginx",
  service: { init: false, mem_limit: "64m", memswap_limit: "64m", tmpfs: ["/tmp:mode=1777"], healthcheck: check("/app/server", "check") },
  is: { ...RIGHT_DEEP, "logs-complete": "not-tried" },
};
