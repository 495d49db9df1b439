import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "does not start where it was killed before",
  image: "node",
  service: {
    command: ["/app/server.cjs", "leaves-lock"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    read_only: false,
  },
  is: { ...RIGHT_DEEP, "restart-loop": "disproved", "non-root": "disproved", "read-only-root": "disproved", "file-writes": "disproved" },
};
