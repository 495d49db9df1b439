import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "begins as root and gives that up at once",
  image: "node-dash",
  service: {
    entrypoint: ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups", "node", "/app/server.cjs"],
    init: false,
    user: "0:0",
    cap_add: ["SETUID", "SETGID"],
    healthcheck: check("node", "/app/check.cjs"),
  },
  is: { ...RIGHT_DEEP, "least-capabilities": "proven", "non-root": "disproved", reaping: "disproved" },
};
