import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { type Package, requiring } from "../package.ts";

const SECTIONS = new Set(["GEM", "GIT", "PATH", "PLUGIN SOURCE"]);

/** Ruby gems that Bundler has locked, of a registry, of git or of a folder, and Bundler itself (bundler.io/guides/bundler_sharing.html). */
export const gemfileLock: Cataloger = {
  name: "gemfile-lock",
  scope: "declared",
  reads: "Gemfile.lock, gems.locked",
  endings: ["lock", "locked"],
  isMine: (path) => /(?:^|\/)(?:Gemfile\.lock|gems\.locked)$/.test(path),
  maxBytes: 16 * MIB,
  read: (content) => {
    const packages: (readonly [string, Package])[] = [];
    const needs: (readonly [string, string])[] = [];
    const asked: string[] = [];
    const ranges = new Map<string, (readonly [string, string])[]>();
    let section = "";
    let name = "";
    for (const line of content.toString("utf8").split(/\r?\n/)) {
      if (/^\S/.test(line)) section = line.trim();
      if (section === "BUNDLED WITH" && /^\s+\d\S*$/.test(line))
        packages.push(["bundler", { type: "gem", name: "bundler", version: line.trim(), licenses: [] }]);
      const wanted = section === "DEPENDENCIES" ? /^ {2}([^\s!]+)!?(?: \(.*\))?!?$/.exec(line)?.[1] : undefined;
      if (wanted !== undefined) asked.push(wanted);
      if (!SECTIONS.has(section)) continue;
      // Behind a version stands the platform that it was built for: `1.15.0-x86_64-linux-gnu`.
      const [, spec, version] = /^ {4}(\S+) \((\d[^()\s-]*)[^()]*\)$/.exec(line) ?? [];
      if (spec !== undefined && version !== undefined) {
        name = spec;
        // What a path leads to is the repository's own.
        packages.push([spec, { type: "gem", name: spec, version, licenses: [], ...(section === "PATH" ? { own: true } : {}) }]);
      }
      const [, need, range = ""] = /^ {6}(\S+?)!?(?: \((.*)\))?$/.exec(line) ?? [];
      if (need === undefined) continue;
      needs.push([name, need]);
      const of = ranges.get(name) ?? [];
      of.push([need, range]);
      ranges.set(name, of);
    }
    return graphOf(
      packages.map(([key, one]) => [key, { ...one, ...requiring(ranges.get(key) ?? []) }] as const),
      needs,
      asked,
    );
  },
};
