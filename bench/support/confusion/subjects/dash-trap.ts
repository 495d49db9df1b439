import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "dash that hands SIGTERM on and waits",
  image: "node-dash",
  service: {
    entrypoint: ["sh", "-c", "node /app/server.cjs & p=$!; trap 'kill $p' TERM; wait $p; wait $p"],
    healthcheck: check("node", "/app/check.cjs"),
    init: false,
  },
  is: {},
};
