import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "writes to a volume without a name",
  image: "node",
  service: {
    command: ["/app/server.cjs", "writes-scratch"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    volumes: ["/scratch"],
  },
  is: { ...RIGHT_DEEP, "declared-volumes": "disproved", "non-root": "disproved" },
};
