import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Python packages that a set-up program pins with `==`: it is read, not run, so what it works out is not seen. */
export const setupPy: Cataloger = {
  name: "setup-py",
  scope: "declared",
  reads: "setup.py",
  endings: ["py"],
  isMine: (path) => /(?:^|\/)setup\.py$/.test(path),
  maxBytes: MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /["']\s*(?<name>[A-Za-z0-9][\w.-]{0,100})\s*(?:\[[^\]\n]{0,100}\])?\s*={2,3}\s*(?<version>v?[0-9][\w.!+-]{0,60})\s*(?:;[^"'\n]{0,200})?["']/g,
      "pypi",
    ),
  }),
};
