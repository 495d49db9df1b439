import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** Python packages that Pipenv has locked (pipenv.pypa.io), those for development too. */
export const pipfileLock: Cataloger = {
  name: "pipfile-lock",
  scope: "declared",
  reads: "Pipfile.lock",
  isMine: (path) => /(?:^|\/)Pipfile\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    const packages = ["default", "develop"].flatMap((group) =>
      Object.entries(isObject(lock[group]) ? lock[group] : {}).flatMap(([name, value]): readonly Package[] => {
        const version = wordIn(isObject(value) ? value["version"] : undefined)?.replace(/^==/, "");
        return version === undefined ? [] : [{ type: "pypi", name, version, licenses: [] }];
      }),
    );
    return { packages };
  },
};
