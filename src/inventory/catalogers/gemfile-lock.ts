import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** Ruby gems that Bundler has locked, and Bundler itself (bundler.io/guides/bundler_sharing.html). */
export const gemfileLock: Cataloger = {
  name: "gemfile-lock",
  scope: "declared",
  reads: "Gemfile.lock, gems.locked",
  isMine: (path) => /(?:^|\/)(?:Gemfile\.lock|gems\.locked)$/.test(path),
  maxBytes: 16 * MIB,
  read: (content) => {
    const packages = new Map<string, Package>();
    const lines = content.toString("utf8").split(/\r?\n/);
    for (const [index, line] of lines.entries()) {
      const bundler = line === "BUNDLED WITH" ? lines[index + 1]?.trim() : undefined;
      const [, name, version] = bundler === undefined ? (/^ {4}(\S+) \(([^()]+)\)$/.exec(line) ?? []) : ["", "bundler", bundler];
      if (name !== undefined && version !== undefined && /^\d/.test(version))
        packages.set(`${name} ${version}`, { type: "gem", name, version, licenses: [] });
    }
    return { packages: [...packages.values()] };
  },
};
