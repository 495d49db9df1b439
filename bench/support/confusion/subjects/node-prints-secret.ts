import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "prints the password that it is given",
  image: "node",
  service: {
    command: ["/app/server.cjs", "prints-secret"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    environment: { SHOP_PASSWORD: "made up by the lab" },
  },
  is: { "secret-leaks": "disproved" },
};
