import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { npmName } from "./npm-installed.ts";

/** `/a/1.0.0_peer@2` (version 5), `/a@1.0.0(peer@2)` (6), `a@1.0.0` (9): name and version. */
const KEY = /^ {2}(?:'|")?\/?((?:@[^/@'"]+\/)?[^/@'"(]+)[@/](\d[^'"(_:]*)(?:[(_][^:]*)?(?:'|")?:/;

/** npm packages that pnpm has locked (pnpm.io/git#lockfiles): keys of `packages`. */
export const pnpmLock: Cataloger = {
  name: "pnpm-lock",
  scope: "declared",
  reads: "pnpm-lock.yaml",
  isMine: (path) => /(?:^|\/)pnpm-lock\.yaml$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const found = new Map<string, Package>();
    let inPackages = false;
    for (const line of content.toString("utf8").split(/\r?\n/)) {
      if (/^\S/.test(line)) inPackages = line.startsWith("packages:");
      if (!inPackages) continue;
      const [, name, version] = KEY.exec(line) ?? [];
      if (name !== undefined && version !== undefined)
        found.set(`${name}@${version}`, { type: "npm", ...npmName(name), version, licenses: [] });
    }
    return { packages: [...found.values()] };
  },
};
