import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { withoutExtras } from "../json-comments.ts";
import { isObject, jsonObject, wordIn } from "../json.ts";
import { npmName } from "./npm-installed.ts";

/** `a/@b/c` is `c` of `@b` within `a`: its folders from the outermost. */
const partsOf = (key: string): readonly string[] => key.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];

const needsOf = (list: readonly unknown[]): readonly string[] => {
  const told = list.find(isObject);
  return ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((key) =>
    isObject(told?.[key]) ? Object.keys(told[key]) : [],
  );
};

/** npm packages that Bun has locked, as text; the older `bun.lockb` is binary and not read (bun.com/docs/install/lockfile). */
export const bunLock: Cataloger = {
  name: "bun-lock",
  scope: "declared",
  reads: "bun.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)bun\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const lock = jsonObject(Buffer.from(withoutExtras(content.toString("utf8"))));
    const written = lock?.["packages"];
    if (!isObject(written)) return undefined;
    const workspaces = isObject(lock?.["workspaces"]) ? Object.entries(lock["workspaces"]) : [];
    const entries = new Map(
      Object.entries(written).flatMap(([key, value]) => (Array.isArray(value) ? [[key, value as readonly unknown[]] as const] : [])),
    );
    const foundFrom = (key: string, name: string): string | undefined => {
      const parts = partsOf(key);
      for (let depth = parts.length; depth >= 0; depth -= 1) {
        const candidate = [...parts.slice(0, depth), name].join("/");
        if (entries.has(candidate)) return candidate;
      }
      return undefined;
    };
    return graphOf(
      [...entries].flatMap(([key, [first]]) => {
        // Behind the name stands a version, or where it is from: `workspace:`, `github:`, an address.
        const [, name, version] = /^((?:@[^/@]+\/)?[^/@]+)@(\d[^:/]*)$/.exec(wordIn(first) ?? "") ?? [];
        return name === undefined || version === undefined
          ? []
          : [[key, { type: "npm", ...npmName(name), version, licenses: [] } as const] as const];
      }),
      [...entries].flatMap(([key, list]) => needsOf(list).map((name) => [key, foundFrom(key, name)] as const)),
      workspaces.flatMap(([folder, value]) => {
        const own = folder === "" || !isObject(value) ? "" : (wordIn(value["name"]) ?? "");
        return [
          ...needsOf([value]),
          ...(isObject(value) && isObject(value["devDependencies"]) ? Object.keys(value["devDependencies"]) : []),
        ].map((name) => foundFrom(own, name));
      }),
    );
  },
};
