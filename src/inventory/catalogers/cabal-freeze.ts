import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Haskell packages that Cabal has frozen (cabal.readthedocs.io). */
export const cabalFreeze: Cataloger = {
  name: "cabal-freeze",
  scope: "declared",
  reads: "cabal.project.freeze",
  endings: ["freeze"],
  isMine: (path) => /(?:^|\/)cabal\.project\.freeze$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: packagesMatching(content.toString("utf8"), /\bany\.(?<name>[\w-]{1,200}) ==(?<version>[\d.]{1,100})/g, "hackage"),
  }),
};
