import { type Cataloger, MIB } from "../cataloger.ts";
import { entriesIn, isObject, wordIn } from "../json.ts";
import { type Package, requiring } from "../package.ts";

/** One of a list as Composer writes it. */
export const composerPackage = (value: unknown): readonly Package[] => {
  if (!isObject(value)) return [];
  const [name, version] = [wordIn(value["name"]), wordIn(value["version"])];
  const [, vendor, own] = /^([^/]+)\/(.+)$/.exec(name ?? "") ?? [];
  if (vendor === undefined || own === undefined || version === undefined) return [];
  const licenses = (Array.isArray(value["license"]) ? value["license"] : [value["license"]]).flatMap((one) => wordIn(one) ?? []);
  return [
    {
      type: "composer",
      namespace: vendor,
      name: own,
      version,
      licenses,
      // A folder of the repository (getcomposer.org/doc/05-repositories.md, "Path"), or a branch, which matches no range (composer/semver, `Constraint`).
      ...((isObject(value["dist"]) && value["dist"]["type"] === "path") || /^dev-/i.test(version) ? { own: true } : {}),
      ...requiring(entriesIn(value["require"]).filter(([asked]) => asked.includes("/"))),
    },
  ];
};

/** PHP packages that Composer has installed, in the form of Composer 2 and the one before (getcomposer.org). */
export const composerInstalled: Cataloger = {
  name: "composer-installed",
  scope: "installed",
  reads: "vendor/composer/installed.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)composer\/installed\.json$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    let value: unknown;
    try {
      value = JSON.parse(content.toString("utf8"));
    } catch {
      return undefined;
    }
    const list = Array.isArray(value) ? value : isObject(value) ? value["packages"] : undefined;
    return Array.isArray(list) ? { packages: list.flatMap(composerPackage) } : undefined;
  },
};
