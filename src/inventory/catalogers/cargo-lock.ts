import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { tomlTables } from "../toml-tables.ts";

/** Crates that an application is built with, in each version of the file (doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html); its own crates too, which have no source. */
export const cargoLock: Cataloger = {
  name: "cargo-lock",
  scope: "declared",
  reads: "Cargo.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)Cargo\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const crates = tomlTables(content.toString("utf8"), "package").flatMap(({ texts, lists }) => {
      const [name, version, source = ""] = [texts.get("name"), texts.get("version"), texts.get("source")];
      return name === undefined || version === undefined
        ? []
        : [{ name, version, source, key: `${name} ${version} ${source}`, needs: lists.get("dependencies") ?? [] }];
    });
    const byName = Map.groupBy(crates, ({ name }) => name);
    // `name`, where there is one version of it; `name version`; `name version (source)` before the third version of the file, and where two sources have the same.
    const keyOf = (need: string): string | undefined => {
      const [name = "", version, of = ""] = need.split(" ");
      const source = of.replace(/^\((.*)\)$/, "$1");
      const meant = (byName.get(name) ?? []).filter((one) => version === undefined || one.version === version);
      return (meant.find((one) => (source === "" ? one.source === "" : one.source.startsWith(source))) ?? meant[0])?.key;
    };
    return graphOf(
      crates.map(
        ({ name, version, source, key }) =>
          [key, { type: "cargo", name, version, licenses: [], ...(source === "" ? { own: true } : {}) }] as const,
      ),
      crates.flatMap(({ key, needs }) => needs.map((need) => [key, keyOf(need)] as const)),
      crates.flatMap(({ source, needs }) => (source === "" ? needs.map(keyOf) : [])),
    );
  },
};
