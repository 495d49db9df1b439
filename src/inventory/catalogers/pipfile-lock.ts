import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** Python packages that Pipenv has locked (pipenv.pypa.io), those for development and of categories of one's own too. */
export const pipfileLock: Cataloger = {
  name: "pipfile-lock",
  scope: "declared",
  reads: "Pipfile.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)Pipfile\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    const packages = Object.entries(lock).flatMap(([group, listed]) =>
      group === "_meta" || !isObject(listed)
        ? []
        : Object.entries(listed).flatMap(([name, value]): readonly (readonly [string, Package])[] => {
            const [, version] = /^===?\s*(\S+)$/.exec((isObject(value) ? wordIn(value["version"]) : undefined) ?? "") ?? [];
            const development = group === "develop" ? ({ development: true } as const) : {};
            return version === undefined ? [] : [[`${name} ${version}`, { type: "pypi", name, version, ...development, licenses: [] }]];
          }),
    );
    return graphOf(packages, []);
  },
};
