import { expect, test } from "vitest";
import { SeaworthyError } from "../core/index.ts";
import { naming } from "./naming.ts";

const failing = (error: unknown): Promise<unknown> =>
  naming("web.tar", () => Promise.reject(error instanceof Error ? error : new Error(String(error)))).catch((thrown: unknown) => thrown);

test("what a reader says of a layer is said of the image, with what to do next", async () => {
  expect(await failing(new SeaworthyError("INPUT_INVALID", "layer 2 is damaged"))).toMatchObject({
    code: "INPUT_INVALID",
    message: "web.tar: layer 2 is damaged",
    hint: expect.stringContaining("save or build it again"),
  });
});

test("a better next step stays, and so does what comes with the failure", async () => {
  const own = new SeaworthyError("INPUT_TOO_LARGE", "a bomb", { hint: "Do not run it.", details: { ratio: 200 }, problems: ["one"] });
  expect(await failing(own)).toMatchObject({
    message: "web.tar: a bomb",
    hint: "Do not run it.",
    details: { ratio: 200 },
    problems: ["one"],
    cause: own,
  });
});

test("what names the image, and what is about something else, is left as it is", async () => {
  const named = new SeaworthyError("INPUT_TOO_LARGE", "the image archive /tmp/web.tar has too much");
  const other = new SeaworthyError("REGISTRY_UNREACHABLE", "no answer");
  const bug = new TypeError("a bug");
  expect(await failing(named)).toBe(named);
  expect(await failing(other)).toBe(other);
  expect(await failing(bug)).toBe(bug);
});
