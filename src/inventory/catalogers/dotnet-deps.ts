import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject } from "../json.ts";
import type { Package } from "../package.ts";

/** .NET packages that an application was published with (github.com/dotnet/sdk, runtime-configuration-file.md), and its own parts. */
export const dotnetDeps: Cataloger = {
  name: "dotnet-deps",
  scope: "installed",
  reads: "*.deps.json",
  isMine: (path) => path.endsWith(".deps.json"),
  maxBytes: 32 * MIB,
  read: (content) => {
    const libraries = jsonObject(content)?.["libraries"];
    if (!isObject(libraries)) return undefined;
    const packages = Object.entries(libraries).flatMap(([key, value]): readonly Package[] => {
      const [, name, version] = /^([^/]{1,200})\/([^/]{1,100})$/.exec(key) ?? [];
      if (name === undefined || version === undefined || !isObject(value)) return [];
      return [{ type: "nuget", name, version, licenses: [] }];
    });
    return { packages };
  },
};
