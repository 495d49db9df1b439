import { expect, test } from "vitest";
import { rateLimitNote } from "./rate-limit-note.ts";

test("what is left of a registry's pulls is said once, when it is little", () => {
  const said: string[] = [];
  const process = { env: {}, stdout: { write: () => undefined }, stderr: { write: (text: string) => void said.push(text) } };
  const note = rateLimitNote({ process });
  for (const remaining of [99, 11, 10, 9]) note({ registry: "docker.io", limit: 100, remaining, windowSeconds: 21_600 });
  note({ registry: "other.example", limit: 200, remaining: 0, windowSeconds: 90 });
  expect(said).toEqual(["  docker.io: 100 pulls in 6 h, 10 left\n", "  other.example: 200 pulls in 90 s, 0 left\n"]);
});
