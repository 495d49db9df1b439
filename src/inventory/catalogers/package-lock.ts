import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { entriesIn, isObject, jsonObject, wordIn } from "../json.ts";
import { type Package, requiring } from "../package.ts";
import { npmName } from "./npm-installed.ts";

type Entry = Readonly<Record<string, unknown>>;

const MODULES = "node_modules";
const MAX_DEPTH = 100;

/** `dependencies` of version 1, one in the other, as the folders that later versions name. */
const unfolded = (dependencies: unknown, folder = "", depth = 0): readonly (readonly [string, Entry])[] =>
  isObject(dependencies) && depth < MAX_DEPTH
    ? Object.entries(dependencies).flatMap(([name, value]): readonly (readonly [string, Entry])[] => {
        if (!isObject(value)) return [];
        const own = `${folder}${MODULES}/${name}`;
        const { dependencies: below, ...rest } = value;
        return [[own, { ...rest, dependencies: value["requires"] }], ...unfolded(below, `${own}/`, depth + 1)];
      })
    : [];

/** Undefined for what is no package of a registry: a link or a folder of the same repository, and the repository itself. */
const packageOf = (folder: string, value: Entry): Package | undefined => {
  const [, named] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder) ?? [];
  const written = wordIn(value["version"]);
  if (named === undefined || written === undefined || value["link"] === true) return undefined;
  // Version 1 tells an alias in the version, later ones in a name; what comes from elsewhere has there its address in place of a version.
  const [, alias, aliased] = /^npm:(@?[^@]+)@([^@]+)$/.exec(written) ?? [];
  const version = aliased ?? written;
  if (/[:/]/.test(version)) return undefined;
  const license = wordIn(value["license"]);
  return {
    type: "npm",
    ...npmName(alias ?? wordIn(value["name"]) ?? named),
    version,
    ...(value["dev"] === true ? { development: true } : {}),
    licenses: license === undefined ? [] : [license],
    ...requiring([...entriesIn(value["optionalDependencies"]), ...entriesIn(value["dependencies"])]),
  };
};

const parentOf = (folder: string): string => folder.slice(0, Math.max(0, folder.lastIndexOf("/")));

/** Where Node finds a package from a folder (nodejs.org/api/modules.html, "Loading from node_modules folders"). */
const foundFrom = (folder: string, name: string, folders: ReadonlyMap<string, Entry>): string | undefined => {
  for (let at = folder; ; at = parentOf(at)) {
    const candidate = at === "" ? `${MODULES}/${name}` : `${at}/${MODULES}/${name}`;
    if (folders.has(candidate)) return candidate;
    if (at === "") return undefined;
  }
};

const needsOf = (value: Entry): readonly string[] =>
  ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((key) => (isObject(value[key]) ? Object.keys(value[key]) : []));

/** The project itself, and its workspaces. */
const isOwn = (folder: string): boolean => !`/${folder}`.includes(`/${MODULES}/`);

const asksOf = (value: Entry): readonly string[] => [
  ...needsOf(value),
  ...(isObject(value["devDependencies"]) ? Object.keys(value["devDependencies"]) : []),
];

/** npm packages that npm has locked, in each version of the file (docs.npmjs.com/cli/configuring-npm/package-lock-json). */
export const packageLock: Cataloger = {
  name: "package-lock",
  scope: "declared",
  reads: "package-lock.json, npm-shrinkwrap.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/.test(path) && !/(?:^|\/)node_modules\//.test(path),
  maxBytes: 64 * MIB,
  read: (content) => {
    const lock = jsonObject(content);
    if (lock === undefined) return undefined;
    const folders = new Map(
      isObject(lock["packages"])
        ? Object.entries(lock["packages"]).flatMap(([folder, value]) => (isObject(value) ? [[folder, value] as const] : []))
        : unfolded(lock["dependencies"]),
    );
    return graphOf(
      [...folders].flatMap(([folder, value]) => {
        const found = packageOf(folder, value);
        return found === undefined ? [] : [[folder, found] as const];
      }),
      [...folders].flatMap(([folder, value]) => needsOf(value).map((name) => [folder, foundFrom(folder, name, folders)] as const)),
      [...folders].flatMap(([folder, value]) => (isOwn(folder) ? asksOf(value).map((name) => foundFrom(folder, name, folders)) : [])),
    );
  },
};
