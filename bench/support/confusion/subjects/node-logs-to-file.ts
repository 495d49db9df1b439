import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "logs to a file in its own layer",
  image: "node",
  service: {
    command: ["/app/server.cjs", "logs-to-file"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    read_only: false,
  },
  is: {
    "logs-complete": "not-tried",
    "non-root": "disproved",
    "read-only-root": "disproved",
    "file-writes": "disproved",
    logs: "disproved",
    "time-zone": "not-tried",
  },
};
