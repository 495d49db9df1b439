import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { builtInsOf } from "./built-ins.ts";

const node = createRequire(import.meta.url);

test("what few runs call is loaded when something of it is asked for, and is the same then", () => {
  const asked: string[] = [];
  const builtIn = builtInsOf((id) => {
    asked.push(id);
    return node(id);
  });
  const tls = builtIn("node:tls") as typeof import("node:tls");
  expect(builtIn("node:tls")).toBe(tls);
  expect(builtIn("node:path")).toBe(node("node:path"));
  expect(asked).toEqual(["node:path"]);
  expect(tls.connect).toBe((node("node:tls") as typeof tls).connect);
  expect(asked).toContain("node:tls");
  expect("TLSSocket" in tls).toBe(true);
  expect(Object.keys(tls)).toEqual(Object.keys(node("node:tls") as object));
});
