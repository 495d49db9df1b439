import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** `name[extra]==1.2; marker`: only one exact version is a package that is known. */
const PINNED = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:[;,#\\].*|\s--.*)?$/;

/** Python packages that requirements files pin (pip.pypa.io/en/stable/reference/requirements-file-format). */
export const requirements: Cataloger = {
  name: "requirements",
  scope: "declared",
  reads: "*requirements*.txt, requirements/*.txt",
  isMine: (path) => /(?:^|\/)(?:[^/]*requirements[^/]*|requirements\/[^/]+)\.txt$/i.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: content
      .toString("utf8")
      .split(/\r?\n/)
      .flatMap((line): readonly Package[] => {
        const [, name, version] = PINNED.exec(line.trim()) ?? [];
        return name === undefined || version === undefined ? [] : [{ type: "pypi", name, version, licenses: [] }];
      }),
  }),
};
