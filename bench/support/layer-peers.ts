import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Not dependencies of ours: installed where caches lie, for this bench alone. */
const FOLDER = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "seaworthy-bench", "layer-peers");
const PEERS = { "tar-stream": "3.2.2", tar: "7.5.23" } as const;

/** The tar readers of the package registry, as their own packages give them. @throws when the registry does not answer */
export const layerPeers = (): NodeJS.Require => {
  if (!Object.keys(PEERS).every((peer) => existsSync(join(FOLDER, "node_modules", peer)))) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, "package.json"), JSON.stringify({ private: true, dependencies: PEERS }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
      cwd: FOLDER,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return createRequire(join(FOLDER, "package.json"));
};
