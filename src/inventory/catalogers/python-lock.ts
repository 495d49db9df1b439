import { type Cataloger, MIB } from "../cataloger.ts";
import { tomlTables } from "../toml-tables.ts";

/** Python packages that Poetry, uv, PDM or a `pylock.toml` (PEP 751) have locked. */
export const pythonLock: Cataloger = {
  name: "python-lock",
  scope: "declared",
  reads: "poetry.lock, uv.lock, pdm.lock, pylock.toml, pylock.*.toml",
  isMine: (path) => /(?:^|\/)(?:(?:poetry|uv|pdm)\.lock|pylock(?:\.[^/.]+)?\.toml)$/.test(path),
  maxBytes: 32 * MIB,
  read: (content, path) => ({
    packages: tomlTables(content.toString("utf8"), /pylock[^/]*\.toml$/.test(path) ? "packages" : "package").flatMap((table) => {
      const [name, version] = [table.get("name"), table.get("version")];
      return name === undefined || version === undefined ? [] : [{ type: "pypi", name, version, licenses: [] }];
    }),
  }),
};
