import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** .NET packages that NuGet has locked, of each framework; another project of the same repository is none (learn.microsoft.com/nuget, "Locking dependencies"). */
export const nugetLock: Cataloger = {
  name: "nuget-lock",
  scope: "declared",
  reads: "packages.lock.json, packages.*.lock.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)packages(?:\.[^/]+)?\.lock\.json$/i.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const frameworks = jsonObject(content)?.["dependencies"];
    if (!isObject(frameworks)) return undefined;
    const found = new Map<string, Package>();
    const needs: (readonly [string, string | undefined])[] = [];
    const direct: (string | undefined)[] = [];
    for (const framework of Object.values(frameworks).filter(isObject)) {
      // Names are equal in whatever case, and files of one repository write them differently.
      const keys = new Map(
        Object.entries(framework).flatMap(([name, one]) => {
          const version = isObject(one) ? wordIn(one["resolved"]) : undefined;
          return version === undefined ? [] : [[name.toLowerCase(), `${name}@${version}`] as const];
        }),
      );
      for (const [name, one] of Object.entries(framework)) {
        if (!isObject(one)) continue;
        const [key, version] = [keys.get(name.toLowerCase()), wordIn(one["resolved"])];
        if (key !== undefined && version !== undefined) found.set(key, { type: "nuget", name, version, licenses: [] });
        const asked = Object.keys(isObject(one["dependencies"]) ? one["dependencies"] : {}).map((other) => keys.get(other.toLowerCase()));
        // A project of the repository is named with what it asks for.
        if (one["type"] === "Project") for (const other of asked) direct.push(other);
        if (one["type"] === "Direct") direct.push(key);
        if (key !== undefined) for (const other of asked) needs.push([key, other]);
      }
    }
    return graphOf(found, needs, direct);
  },
};
