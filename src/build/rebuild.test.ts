import { expect, test } from "vitest";
import { sourceFiles } from "./rebuild.ts";

test("the source of the program comes first; what is configured, tested, generated or fetched is none of it", () => {
  expect(
    sourceFiles([
      "package.json",
      "vite.config.ts",
      "server.js",
      "src/deep/down/there.ts",
      "src/index.ts",
      "src/index.test.ts",
      "src/types.d.ts",
      "node_modules/a/index.js",
      "scripts/postinstall.js",
      "test/a.js",
      ".yarn/releases/yarn.cjs",
      "setup.py",
      "README.md",
    ]),
  ).toEqual(["src/index.ts", "src/deep/down/there.ts", "server.js"]);
});
