import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** .NET packages that NuGet has locked, of each framework; another project of the same repository is none (learn.microsoft.com/nuget, "Locking dependencies"). */
export const nugetLock: Cataloger = {
  name: "nuget-lock",
  scope: "declared",
  reads: "packages.lock.json, packages.*.lock.json",
  isMine: (path) => /(?:^|\/)packages(?:\.[^/]+)?\.lock\.json$/i.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const frameworks = jsonObject(content)?.["dependencies"];
    if (!isObject(frameworks)) return undefined;
    const found = new Map<string, Package>();
    const needed: (readonly [string, string])[] = [];
    for (const framework of Object.values(frameworks).filter(isObject)) {
      const keyOf = (name: string): string | undefined => {
        const one = framework[name];
        const version = isObject(one) ? wordIn(one["resolved"]) : undefined;
        return version === undefined ? undefined : `${name}@${version}`;
      };
      for (const [name, one] of Object.entries(framework)) {
        const [key, version] = [keyOf(name), isObject(one) ? wordIn(one["resolved"]) : undefined];
        if (!isObject(one) || key === undefined || version === undefined) continue;
        found.set(key, { type: "nuget", name, version, licenses: [] });
        for (const other of Object.keys(isObject(one["dependencies"]) ? one["dependencies"] : {})) needed.push([key, keyOf(other) ?? ""]);
      }
    }
    const places = new Map([...found.keys()].map((key, index) => [key, index]));
    const edges = needed.flatMap(([from, to]) => {
      const [a, b] = [places.get(from), places.get(to)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    });
    return { packages: [...found.values()], edges };
  },
};
