import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "tells somebody outside of whom nothing is said",
  image: "node",
  service: { command: ["/app/server.cjs", "calls-out"], healthcheck: check("/nodejs/bin/node", "/app/check.cjs") },
  egress: ["api.example:443"],
  is: { ...RIGHT_DEEP, egress: "disproved" },
};
