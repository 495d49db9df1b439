import { describe, expect, test } from "vitest";
import { webService } from "../test-data/manifests.ts";
import { inDependencyOrder } from "./dependencies.ts";

const service = (name: string, ...on: readonly string[]) =>
  webService("1", { name, dependsOn: on.map((one) => ({ service: one, condition: "service_started" as const, required: true })) });
const order = (...services: readonly ReturnType<typeof service>[]): string =>
  inDependencyOrder(services)
    .map(({ name }) => name)
    .join(" ");

test("each after what it depends on, otherwise by name, however they were written", () => {
  const all = [service("web", "api"), service("api", "db", "cache"), service("worker", "db"), service("db"), service("cache")];
  expect(order(...all)).toBe("cache db api web worker");
  expect(order(...all.toReversed())).toBe(order(...all));
  expect(order()).toBe("");
});

test("a diamond has each once", () => {
  expect(order(service("a", "b", "c"), service("b", "d"), service("c", "d"), service("d"))).toBe("d b c a");
});

test("what the release does not name is waited for by nobody", () => {
  expect(order(service("web", "gone"))).toBe("web");
});

describe("a circle is refused by name", () => {
  test.each([
    ["of itself", [service("a", "a")], "a -> a"],
    ["of two", [service("a", "b"), service("b", "a")], "a -> b -> a"],
    ["behind others", [service("a", "b"), service("b", "c"), service("c", "b")], "a -> b -> c -> b"],
  ])("%s", (_, services, words) => {
    expect(() => order(...services)).toThrow(expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining(words) }));
  });
});

test("a long chain is no trouble", () => {
  const chain = Array.from({ length: 500 }, (_, index) =>
    service(`s${String(index).padStart(3, "0")}`, ...(index === 0 ? [] : [`s${String(index - 1).padStart(3, "0")}`])),
  );
  expect(inDependencyOrder(chain.toReversed()).map(({ name }) => name)).toEqual(chain.map(({ name }) => name));
});
