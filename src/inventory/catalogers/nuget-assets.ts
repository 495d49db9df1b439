import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject } from "../json.ts";
import type { Package } from "../package.ts";

/** .NET packages that a restore has found, in `obj/project.assets.json`: `name/version`, with projects of the repository among them. */
export const nugetAssets: Cataloger = {
  name: "nuget-assets",
  scope: "declared",
  reads: "project.assets.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)project\.assets\.json$/.test(path),
  maxBytes: 64 * MIB,
  read: (content) => {
    const libraries = jsonObject(content)?.["libraries"];
    if (!isObject(libraries)) return undefined;
    const packages = Object.entries(libraries).flatMap(([key, value]): readonly Package[] => {
      const [, name, version] = /^([^/]{1,200})\/([^/]{1,100})$/.exec(key) ?? [];
      return name === undefined || version === undefined || !isObject(value) || value["type"] !== "package"
        ? []
        : [{ type: "nuget", name, version, licenses: [] }];
    });
    return { packages };
  },
};
