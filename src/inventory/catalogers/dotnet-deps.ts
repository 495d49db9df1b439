import { createAllowance, MAX_NEEDS, MAX_OWNED_CHARACTERS, MORE_NEEDS } from "../allowance.ts";
import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Of `targets`, the one that the application runs on, or all of them. */
const targetsOf = (written: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] => {
  const targets = isObject(written["targets"]) ? written["targets"] : {};
  const name = wordIn(isObject(written["runtimeTarget"]) ? written["runtimeTarget"]["name"] : written["runtimeTarget"]);
  return (name === undefined ? Object.values(targets) : [targets[name]]).filter(isObject);
};

/** .NET packages that an application was published with (github.com/dotnet/sdk, runtime-configuration-file.md), and its own parts. */
export const dotnetDeps: Cataloger = {
  name: "dotnet-deps",
  scope: "installed",
  reads: "*.deps.json",
  endings: ["json"],
  isMine: (path) => path.endsWith(".deps.json"),
  maxBytes: 32 * MIB,
  read: (content, path) => {
    const written = jsonObject(content);
    const libraries = written?.["libraries"];
    if (written === undefined || !isObject(libraries)) return undefined;
    const targets = targetsOf(written);
    /** What was only compiled against is not there (Microsoft.Extensions.DependencyModel, "compileOnly"). */
    const isThere = (key: string): boolean => {
      const said = targets.flatMap((target) => (isObject(target[key]) ? [target[key]] : []));
      return said.length === 0 || said.some((one) => one["compileOnly"] !== true);
    };
    const packages: Package[] = [];
    const places = new Map<string, number>();
    for (const [key, value] of Object.entries(libraries)) {
      const [, name, version] = /^([^/]{1,200})\/([^/]{1,100})$/.exec(key) ?? [];
      if (name === undefined || version === undefined || !isObject(value)) continue;
      // An assembly by itself is of no package, and tells its own version.
      if (!isThere(key) || /^reference/i.test(wordIn(value["type"]) ?? "")) continue;
      places.set(key, packages.length);
      // What a self-contained application brings of .NET itself has its package's name behind a prefix.
      const real = value["type"] === "runtimepack" ? name.replace(/^runtimepack\./, "") : name;
      packages.push({ type: "nuget", name: real, version, licenses: [], ...(value["type"] === "project" ? { own: true } : {}) });
    }
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const covers: string[] = [];
    const edges: (readonly [number, number])[] = [];
    const characters = createAllowance(MAX_OWNED_CHARACTERS);
    const asked = createAllowance(MAX_NEEDS);
    for (const target of targets)
      for (const [key, value] of Object.entries(target)) {
        if (!isObject(value) || (isObject(libraries[key]) && !places.has(key))) continue;
        // In the folder of the application files lie without the folders of their package, those of translations and platforms but in their own.
        for (const kind of ["runtime", "native", "runtimeTargets", "resources"])
          for (const file of Object.keys(isObject(value[kind]) ? value[kind] : {}))
            if (characters.take(2 * (folder.length + file.length))) covers.push(`${folder}${file}`, `${folder}${base(file)}`);
        const from = places.get(key);
        for (const [name, version] of Object.entries(isObject(value["dependencies"]) ? value["dependencies"] : {})) {
          const to = places.get(`${name}/${String(version)}`);
          if (from !== undefined && to !== undefined && asked.take(1)) edges.push([from, to]);
        }
      }
    return {
      packages,
      covers: [...new Set(covers)],
      edges,
      ...(asked.isSpent() ? { unseen: MORE_NEEDS } : {}),
      ...(characters.isSpent() ? { unseen: "the names of its files are longer than is read" } : {}),
    };
  },
};
