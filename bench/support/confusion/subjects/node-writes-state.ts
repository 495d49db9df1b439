import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "writes into a folder that nothing declares",
  image: "node",
  service: {
    command: ["/app/server.cjs", "writes-state"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    read_only: false,
  },
  is: {
    ...RIGHT_DEEP,
    "arbitrary-user": "disproved",
    "disk-growth": "disproved",
    "non-root": "disproved",
    "read-only-root": "disproved",
    "file-writes": "disproved",
  },
};
