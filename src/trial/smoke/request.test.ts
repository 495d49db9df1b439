import { expect, test } from "vitest";
import { ask } from "./request.ts";

test("a request that is not answered is an outcome, with a time of any length to wait", async () => {
  const refused = (): Promise<never> => Promise.reject(new Error("refused"));
  const answer = await ask(refused, { method: "GET", path: "/" }, { timeoutMs: 2571.57 });
  expect(answer).toMatchObject({ error: "refused" });
});
