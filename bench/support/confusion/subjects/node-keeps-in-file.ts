import { check, type ConfusionSubject } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "keeps what it is told in a volume",
  image: "node",
  service: {
    command: ["/app/server.cjs"],
    healthcheck: check("/nodejs/bin/node", "/app/check.cjs"),
    user: "0:0",
    volumes: ["kept:/data"],
  },
  state: [
    {
      write: { method: "PUT", path: "/kept/{n}", body: "{n}", expect: 201 },
      read: { method: "GET", path: "/kept/{n}", expect: 200 },
    },
  ],
  is: { "non-root": "disproved", "crash-safe-state": "proven" },
};
