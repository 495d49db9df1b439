import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Rocks of Lua that LuaRocks has installed (github.com/luarocks/luarocks/wiki/Rockspec-format). */
export const rockspec: Cataloger = {
  name: "rockspec",
  scope: "installed",
  reads: "*.rockspec",
  endings: ["rockspec"],
  isMine: (path) => path.endsWith(".rockspec"),
  maxBytes: MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^package\s*=\s*["'](?<name>[^"'\n]{1,200})["'][\s\S]{0,2000}?^version\s*=\s*["'](?<version>[^"'\n]{1,100})["']/gm,
      "luarocks",
    ),
  }),
};
