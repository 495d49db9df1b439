import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "four seconds to start, and one given by its health check",
  image: "node",
  service: {
    command: ["/app/server.cjs", "slow"],
    healthcheck: { ...check("/nodejs/bin/node", "/app/check.cjs"), interval: "1s", start_period: "1s", retries: 1 },
  },
  is: { "start-up": "disproved" },
};
