import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { tomlTables } from "../toml-tables.ts";

/** Crates that an application is built with, in each version of the file (doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html); its own crates too, which have no source. */
export const cargoLock: Cataloger = {
  name: "cargo-lock",
  scope: "declared",
  reads: "Cargo.lock",
  isMine: (path) => /(?:^|\/)Cargo\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const crates = tomlTables(content.toString("utf8"), "package").flatMap(({ texts, lists }) => {
      const [name, version] = [texts.get("name"), texts.get("version")];
      return name === undefined || version === undefined
        ? []
        : [{ name, version, isOwn: !texts.has("source"), needs: lists.get("dependencies") ?? [] }];
    });
    const versions = Map.groupBy(crates, ({ name }) => name);
    // `name`, where there is one version of it; `name version`; `name version (source)` before the third version of the file.
    const keyOf = (need: string): string | undefined => {
      const [name = "", version = versions.get(name)?.[0]?.version] = need.split(" ");
      return version === undefined ? undefined : `${name} ${version}`;
    };
    return graphOf(
      crates.map(
        ({ name, version, isOwn }) =>
          [`${name} ${version}`, { type: "cargo", name, version, licenses: [], ...(isOwn ? { own: true } : {}) }] as const,
      ),
      crates.flatMap(({ name, version, needs }) => needs.map((need) => [`${name} ${version}`, keyOf(need)] as const)),
      crates.flatMap(({ isOwn, needs }) => (isOwn ? needs.map(keyOf) : [])),
    );
  },
};
