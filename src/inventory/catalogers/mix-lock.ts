import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Elixir and Erlang packages of Hex that Mix has locked; those of git have no version (hexdocs.pm/mix). */
export const mixLock: Cataloger = {
  name: "mix-lock",
  scope: "declared",
  reads: "mix.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)mix\.lock$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^[ \t]*"[^"\n]{1,200}":\s*\{:hex,\s*:"?(?<name>[\w.-]{1,200})"?,\s*"(?<version>[^"\n]{1,100})"/gm,
      "hex",
    ),
  }),
};
