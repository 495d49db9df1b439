import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import type { Call, Installation, Result } from "./installation.ts";
import { createShop } from "./shop.ts";

const LAYERS = resolve(import.meta.dirname, "../../../node_modules/.cache/seaworthy-e2e/seaworthy/layers");

/** A record of OSV: a high one of all versions below `fixed`. */
export const advisory = (id: string, ecosystem: string, name: string, fixed: string): object => ({
  id,
  affected: [{ package: { ecosystem, name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }] }],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
});
/** Of a Node that nobody has, so that every image has something that can be judged. */
export const HARMLESS = advisory("CVE-2026-0002", "Bitnami", "node", "0.1.0");
/** Of the package that is planted in the shop. */
export const PLANTED = advisory("CVE-2026-0001", "npm", "left", "1.0.1");

/** Puts that version of the npm package `left` into the image of the web service. */
export const plant = (folder: string, version: string): void => {
  mkdirSync(join(folder, "web/planted"), { recursive: true });
  writeFileSync(join(folder, "web/planted/package.json"), JSON.stringify({ name: "left", version }));
};

/** The shop with `left` 1.0.0 in its image, not shipped yet, and a cache of its own with these advisories. */
export interface ScannedShop extends AsyncDisposable {
  readonly shop: Installation;
  readonly cache: string;
  call(args: readonly string[]): Call;
  /** `cache`: another one. */
  run(args: readonly string[], cache?: string): Promise<Result>;
  /** What it said. Fails with that when it ends otherwise. */
  expectExit(args: readonly string[], exit: number, cache?: string): Promise<string>;
  buildAdvisories(records: readonly object[], ...to: readonly string[]): Promise<void>;
}

export const createScannedShop = async (records: readonly object[]): Promise<ScannedShop> => {
  const shop = await createShop({
    prepare: (folder) => {
      plant(folder, "1.0.0");
      appendFileSync(join(folder, "web/.dockerignore"), "!planted\n");
      const dockerfile = join(folder, "web/Dockerfile");
      const text = readFileSync(dockerfile, "utf8");
      writeFileSync(dockerfile, text.replace("COPY server.js", "COPY planted ./node_modules/left\nCOPY server.js"));
    },
  });
  // Advisories of its own; base layers that other tests have compressed.
  const ownCache = join(shop.scratch.folder, "cache");
  mkdirSync(join(ownCache, "seaworthy"), { recursive: true });
  mkdirSync(LAYERS, { recursive: true });
  symlinkSync(LAYERS, join(ownCache, "seaworthy/layers"));
  const call = (args: readonly string[], cache = ownCache): Call => shop.call(args, { env: { XDG_CACHE_HOME: cache } });
  const run = (args: readonly string[], cache?: string): Promise<Result> => call(args, cache).ended;
  const expectExit = async (args: readonly string[], exit: number, cache?: string): Promise<string> => {
    const result = await run(args, cache);
    expect(result.exit, result.said).toBe(exit);
    return result.said;
  };
  const buildAdvisories = async (of: readonly object[], ...to: readonly string[]): Promise<void> => {
    const path = join(shop.scratch.folder, "advisories.jsonl");
    writeFileSync(path, of.map((one) => JSON.stringify(one)).join("\n"));
    await expectExit(["db", "build", path, ...to], 0);
  };
  await buildAdvisories(records);
  return { shop, cache: ownCache, call, run, expectExit, buildAdvisories, [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose]() };
};
