import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Haskell packages beside the snapshot that Stack takes (docs.haskellstack.org). */
export const stackLock: Cataloger = {
  name: "stack-lock",
  scope: "declared",
  reads: "stack.yaml, stack.yaml.lock",
  endings: ["yaml", "lock"],
  isMine: (path) => /(?:^|\/)stack\.yaml(?:\.lock)?$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^[ \t]*(?:-|hackage:|- hackage:)\s*(?<name>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z][A-Za-z0-9]*)*)-(?<version>\d[\d.]{0,60})(?:@|\s*$)/gm,
      "hackage",
    ),
  }),
};
