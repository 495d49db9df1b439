import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a static binary and nothing else in the image, which collects what is left to it",
  image: "static",
  service: { init: false, mem_limit: "32m", memswap_limit: "32m", healthcheck: check("/app/server", "check") },
  is: { ...RIGHT_DEEP, "logs-complete": "not-tried" },
};
