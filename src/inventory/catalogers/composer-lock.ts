import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import { composerPackage } from "./composer-installed.ts";

/** PHP packages that Composer has locked, those for development too (getcomposer.org/doc/01-basic-usage.md). */
export const composerLock: Cataloger = {
  name: "composer-lock",
  scope: "declared",
  reads: "composer.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)composer\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    const listed = ["packages", "packages-dev"].flatMap((group) => {
      const list: unknown = lock[group];
      return (Array.isArray(list) ? list : []).flatMap((value: unknown) => {
        const [found] = composerPackage(value);
        const name = isObject(value) ? wordIn(value["name"]) : undefined;
        if (found === undefined || name === undefined || !isObject(value)) return [];
        const requires = isObject(value["require"]) ? Object.keys(value["require"]) : [];
        const stands = ["replace", "provide"].flatMap((key) => (isObject(value[key]) ? Object.keys(value[key]) : []));
        return [{ name, requires, stands, found: group === "packages-dev" ? { ...found, development: true as const } : found }];
      });
    });
    const names = new Set(listed.map(({ name }) => name));
    const inPlaceOf = new Map(listed.flatMap(({ name, stands }) => stands.map((other) => [other, name] as const)));
    return graphOf(
      listed.map(({ name, found }) => [name, found] as const),
      listed.flatMap(({ name, requires }) => requires.map((need) => [name, names.has(need) ? need : inPlaceOf.get(need)] as const)),
    );
  },
};
