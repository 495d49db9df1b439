import type { Package } from "./package.ts";

/** One package for each match that has the groups `name` and `version`, and perhaps `namespace`; each once. */
export const packagesMatching = (
  text: string,
  pattern: RegExp,
  type: Package["type"],
  licenses: readonly string[] = [],
): readonly Package[] => {
  const found = new Map<string, Package>();
  for (const { groups = {} } of text.matchAll(pattern)) {
    const { name, version, namespace } = groups;
    if (name !== undefined && version !== undefined)
      found.set(`${namespace ?? ""}/${name}@${version}`, {
        type,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        version,
        licenses,
      });
  }
  return [...found.values()];
};
