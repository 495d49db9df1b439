import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "HAProxy as the first process, stopped by SIGUSR1; it collects nothing",
  image: "haproxy",
  service: { init: false, mem_limit: "96m", memswap_limit: "96m", healthcheck: check("/app/server", "check") },
  is: { reaping: "disproved" },
};
