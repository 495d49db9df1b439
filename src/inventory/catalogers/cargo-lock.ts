import { type Cataloger, MIB } from "../cataloger.ts";
import { tomlTables } from "../toml-tables.ts";

/** Crates that an application is built with (doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html). */
export const cargoLock: Cataloger = {
  name: "cargo-lock",
  scope: "declared",
  reads: "Cargo.lock",
  isMine: (path) => /(?:^|\/)Cargo\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => ({
    packages: tomlTables(content.toString("utf8"), "package").flatMap((table) => {
      const [name, version] = [table.get("name"), table.get("version")];
      return name === undefined || version === undefined ? [] : [{ type: "cargo", name, version, licenses: [] }];
    }),
  }),
};
