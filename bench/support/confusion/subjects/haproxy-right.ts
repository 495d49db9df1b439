import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "HAProxy, stopped by SIGUSR1",
  image: "haproxy",
  service: { init: false, mem_limit: "96m", memswap_limit: "96m", healthcheck: check("/app/server", "check") },
  is: {},
};
