import { check, type ConfusionSubject, RIGHT_DEEP } from "../subject.ts";

export const subject: ConfusionSubject = {
  what: "Python's own server, which ends when its requests have",
  image: "python",
  service: { command: ["graceful"], healthcheck: check("/usr/bin/python3", "/app/server.py", "check") },
  is: { ...RIGHT_DEEP },
};
