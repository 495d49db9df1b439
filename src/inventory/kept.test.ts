import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inventoryKey, openInventoryCache } from "./kept.ts";
import type { Inventory } from "./inventory.ts";

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sw-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "inventories");
};
const inventory: Inventory = {
  distribution: { id: "debian", name: "Debian 12", version: "12" },
  packages: [{ type: "deb", name: "zlib1g", version: "1.2", licenses: [], path: "var/lib/dpkg/status", purl: "pkg:deb/debian/zlib1g@1.2" }],
  blindSpots: ["something"],
};

test("what was kept is found again, under its own key and no other", () => {
  const cache = openInventoryCache(folderOf());
  const key = inventoryKey({ image: "sha256:a", tool: "1" });
  expect(cache.find(key)).toBeUndefined();
  cache.keep(key, inventory);
  expect(cache.find(key)).toEqual(inventory);
  expect(cache.find(inventoryKey({ image: "sha256:a", tool: "2" }))).toBeUndefined();
});

test("a file that is cut off, empty or something else is as good as none", () => {
  const folder = folderOf();
  const cache = openInventoryCache(folder);
  const key = inventoryKey("x");
  cache.keep(key, inventory);
  const [name = ""] = readdirSync(folder);
  for (const text of ["", "{}", "not gzip"]) {
    writeFileSync(join(folder, name), text);
    expect(cache.find(key)).toBeUndefined();
  }
});

test("no more than two hundred are kept", () => {
  const folder = folderOf();
  const cache = openInventoryCache(folder);
  for (let n = 0; n < 210; n += 1) cache.keep(inventoryKey(n), inventory);
  expect(readdirSync(folder)).toHaveLength(200);
});
