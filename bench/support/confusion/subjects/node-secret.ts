import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "is given a password and keeps it to itself",
  image: "node",
  service: {
    command: ["/app/server.cjs"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    environment: { SHOP_PASSWORD: "made up by the lab" },
  },
  is: { "secret-leaks": "proven" },
};
