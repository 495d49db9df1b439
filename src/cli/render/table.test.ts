import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns are as wide as their widest cell, and the last runs on", () => {
  expect(
    table([
      ["name", "version", "in"],
      ["a", "1.2.3", "usr/bin/a"],
    ]),
  ).toBe("name  version  in\na     1.2.3    usr/bin/a");
});

test("a cell that is out of all proportion runs on, and the others stay as they are", () => {
  const rows = Array.from({ length: 1000 }, (_, at) => [`p${at}`, "1"]);
  const text = table([...rows, ["n".repeat(1_000_000), "2"]]);
  expect(text.length).toBeLessThan(1_100_000);
  expect(text.split("\n")[0]).toBe("p0    1");
  expect(text.endsWith("n  2")).toBe(true);
});
