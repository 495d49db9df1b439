import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Packs of SWI-Prolog (swi-prolog.org/pack). */
export const swiplPack: Cataloger = {
  name: "swipl-pack",
  scope: "installed",
  reads: "pack.pl",
  endings: ["pl"],
  isMine: (path) => /(?:^|\/)pack\.pl$/.test(path),
  maxBytes: MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^name\('?(?<name>[\w-]{1,200})'?\)\.[\s\S]{0,2000}?^version\('(?<version>[^'\n]{1,100})'\)\./gm,
      "generic",
    ),
  }),
};
