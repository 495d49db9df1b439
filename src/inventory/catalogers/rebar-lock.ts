import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Erlang packages of Hex that rebar3 has locked (rebar3.org/docs/workflow). */
export const rebarLock: Cataloger = {
  name: "rebar-lock",
  scope: "declared",
  reads: "rebar.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)rebar\.lock$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /\{pkg,\s*<<"(?<name>[^"\n]{1,200})">>,\s*<<"(?<version>[^"\n]{1,100})">>/g,
      "hex",
    ),
  }),
};
