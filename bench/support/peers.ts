import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where caches lie, for benches alone: none of these is a dependency of ours. */
const FOLDER = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "seaworthy-bench");

/** A folder with packages of npm's registry in these versions, installed once. No script of theirs is run. @throws when the registry does not answer */
export const peersIn = (
  name: string,
  dependencies: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>> = {},
): string => {
  const folder = join(FOLDER, name);
  if (Object.keys(dependencies).every((peer) => existsSync(join(folder, "node_modules", peer)))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies, overrides }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return folder;
};
