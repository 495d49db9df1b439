import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "a JVM, seconds to start",
  image: "jvm",
  service: {
    mem_limit: "320m",
    memswap_limit: "320m",
    tmpfs: ["/tmp:mode=1777"],
    healthcheck: { ...check("/app/server", "check"), start_period: "120s" },
  },
  requests: [{ method: "POST", path: "/orders", port: 3000, body: "one", expect: 200 }],
  is: { "logs-complete": "not-tried" },
};
