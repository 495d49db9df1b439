import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { npmName } from "./npm-installed.ts";

/** `"a": ["a@1.0.0", "", {…}, "sha512-…"],` one a line: the first text is name and version. */
const LINE = /^ {4}"[^"]+": \["((?:@[^/@"]+\/)?[^/@"]+)@(\d[^"]*)"/;

/** npm packages that Bun has locked, as text (bun.com/docs/install/lockfile). */
export const bunLock: Cataloger = {
  name: "bun-lock",
  scope: "declared",
  reads: "bun.lock",
  isMine: (path) => /(?:^|\/)bun\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => ({
    packages: content
      .toString("utf8")
      .split(/\r?\n/)
      .flatMap((line): readonly Package[] => {
        const [, name, version] = LINE.exec(line) ?? [];
        return name === undefined || version === undefined ? [] : [{ type: "npm", ...npmName(name), version, licenses: [] }];
      }),
  }),
};
