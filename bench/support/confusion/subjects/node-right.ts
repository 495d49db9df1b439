import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "everything right",
  image: "node",
  service: { command: ["/app/server.cjs"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  is: { ...RIGHT_DEEP },
};
