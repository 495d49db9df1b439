import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "Python as the first process: no handler for SIGTERM, a log that nobody flushes",
  image: "python",
  service: {
    command: [],
    init: false,
    stop_grace_period: "4s",
    healthcheck: check("/usr/bin/python3", "/app/server.py", "check"),
  },
  is: {
    "logs-complete": "disproved",
    "stop-signal": "disproved",
    "graceful-stop": "disproved",
    reaping: "disproved",
    logs: "disproved",
    "time-zone": "not-tried",
  },
};
