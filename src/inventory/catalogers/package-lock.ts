import { type Cataloger, MIB } from "../cataloger.ts";
import { entriesIn, isObject, jsonObject, wordIn } from "../json.ts";
import { type Package, requiring } from "../package.ts";
import { npmName } from "./npm-installed.ts";

const packageOf = (name: string | undefined, value: Readonly<Record<string, unknown>>): readonly Package[] => {
  const version = wordIn(value["version"]);
  // A link is another folder of the same repository, and one from elsewhere has no version but its address.
  if (name === undefined || version === undefined || value["link"] === true || /[:/]/.test(version)) return [];
  return [
    {
      type: "npm",
      ...npmName(name),
      version,
      licenses: [wordIn(value["license"]) ?? []].flat(),
      ...requiring([...entriesIn(value["optionalDependencies"]), ...entriesIn(value["requires"]), ...entriesIn(value["dependencies"])]),
    },
  ];
};

/** `packages` of versions 2 and 3: by folder, the last of which is the name. */
const flat = (packages: Readonly<Record<string, unknown>>): readonly Package[] =>
  Object.entries(packages).flatMap(([folder, value]) => {
    const [, named] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder) ?? [];
    return isObject(value) && folder !== "" ? packageOf(wordIn(value["name"]) ?? named, value) : [];
  });

const MAX_DEPTH = 100;

/** `dependencies` of version 1, one in the other. */
const nested = (dependencies: unknown, depth = 0): readonly Package[] =>
  isObject(dependencies) && depth < MAX_DEPTH
    ? Object.entries(dependencies).flatMap(([name, value]) =>
        isObject(value) ? [...packageOf(name, value), ...nested(value["dependencies"], depth + 1)] : [],
      )
    : [];

/** npm packages that npm has locked (docs.npmjs.com/cli/configuring-npm/package-lock-json). */
export const packageLock: Cataloger = {
  name: "package-lock",
  scope: "declared",
  reads: "package-lock.json, npm-shrinkwrap.json",
  isMine: (path) => /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/.test(path) && !/(?:^|\/)node_modules\//.test(path),
  maxBytes: 64 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    return { packages: isObject(lock["packages"]) ? flat(lock["packages"]) : nested(lock["dependencies"]) };
  },
};
