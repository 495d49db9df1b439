import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "has a volume without a name, and leaves it alone",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs"), volumes: ["/scratch"] },
  is: { ...RIGHT_DEEP, "declared-volumes": "proven" },
};
