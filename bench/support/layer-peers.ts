import { createRequire } from "node:module";
import { join } from "node:path";
import { peersIn } from "./peers.ts";

/** The tar readers of the package registry, as their own packages give them. @throws when the registry does not answer */
export const layerPeers = (): NodeJS.Require =>
  createRequire(join(peersIn("layer-peers", { "tar-stream": "3.2.2", tar: "7.5.23" }), "package.json"));
