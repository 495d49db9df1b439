import { type Cataloger, MIB } from "../cataloger.ts";
import { jsonObject } from "../json.ts";
import { composerPackage } from "./composer-installed.ts";

/** PHP packages that Composer has locked, those for development too (getcomposer.org/doc/01-basic-usage.md). */
export const composerLock: Cataloger = {
  name: "composer-lock",
  scope: "declared",
  reads: "composer.lock",
  isMine: (path) => /(?:^|\/)composer\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    return {
      packages: [lock["packages"], lock["packages-dev"]].flatMap((list) => (Array.isArray(list) ? list.flatMap(composerPackage) : [])),
    };
  },
};
