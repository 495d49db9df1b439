import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { npmName } from "./npm-installed.ts";

/** `"@a/b@^1.0.0, @a/b@npm:^1.1"`: the name stands in front of the last `@` of the first. */
const nameOf = (heading: string): string | undefined => {
  const [first = ""] = heading.replaceAll('"', "").split(",");
  const [, name, range = ""] = /^\s*(@?[^@\s]+)@(.*)$/.exec(first) ?? [];
  // `alias@npm:real@1`: what is installed is the real one.
  return /^npm:(@?[^@\s]+)@/.exec(range)?.[1] ?? name;
};

/** npm packages that Yarn has locked, in the form of version 1 and the one since (yarnpkg.com/configuration). */
export const yarnLock: Cataloger = {
  name: "yarn-lock",
  scope: "declared",
  reads: "yarn.lock",
  isMine: (path) => /(?:^|\/)yarn\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const packages: Package[] = [];
    let heading = "";
    for (const line of content.toString("utf8").split(/\r?\n/)) {
      if (/^[^\s#]/.test(line)) heading = line.replace(/:\s*$/, "");
      const version = /^ {2}version:? "?([^"\s]+)"?$/.exec(line)?.[1];
      const name = version === undefined ? undefined : nameOf(heading);
      // A workspace is the repository itself.
      if (version === undefined || name === undefined || /@workspace:/.test(heading) || name === "__metadata") continue;
      packages.push({ type: "npm", ...npmName(name), version, licenses: [] });
    }
    return { packages };
  },
};
