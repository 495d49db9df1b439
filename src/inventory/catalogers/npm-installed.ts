import { type Cataloger, MIB } from "../cataloger.ts";
import { entriesIn, isObject, jsonObject, wordIn } from "../json.ts";
import { type Package, requiring } from "../package.ts";

/** `license` as npm has it now, and the forms before that. */
const licensesOf = ({ license, licenses }: Readonly<Record<string, unknown>>): readonly string[] =>
  [license, ...(Array.isArray(licenses) ? licenses : [licenses])].flatMap((one) => wordIn(isObject(one) ? one["type"] : one) ?? []);

/** `@scope/name` in its two parts. */
export const npmName = (text: string): Pick<Package, "namespace" | "name"> => {
  const [, scope, name] = /^(@[^/]+)\/(.+)$/.exec(text) ?? [];
  return scope === undefined || name === undefined ? { name: text } : { namespace: scope, name };
};

const MODULE = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** At most as many as a package is told to require of its own kind. */
const MAX_ASKS = 300;

const asksOf = (written: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] =>
  ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
    .flatMap((key) => entriesIn(written[key]))
    .slice(0, MAX_ASKS);

const MODULES = "node_modules/";
const SHOWN = new Set(["test", "tests", "__tests__", "fixture", "fixtures", "__fixtures__", "example", "examples"]);

/** What a package is tested with and shown by is nothing that is installed. */
const isShown = (path: string): boolean => {
  const at = path.lastIndexOf(MODULES);
  if (at < 0 || (at > 0 && path[at - 1] !== "/")) return false;
  const parts = path.slice(at + MODULES.length).split("/");
  return parts.slice(parts[0]?.startsWith("@") === true ? 2 : 1, -1).some((part) => SHOWN.has(part));
};

/** Packages that npm, yarn, pnpm or bun have installed, and the application itself where it has a name and a version. */
export const npmInstalled: Cataloger = {
  name: "npm-installed",
  scope: "installed",
  reads: "**/package.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)package\.json$/.test(path) && !isShown(path),
  maxBytes: 2 * MIB,
  read: (content, path) => {
    const written = jsonObject(content);
    const [name, version] = [wordIn(written?.["name"]), wordIn(written?.["version"])];
    if (written === undefined) return undefined;
    const asks = /(?:^|\/)node_modules\//.test(path) ? [] : asksOf(written);
    // Without a version it only marks how the files of a folder are to be loaded, or is an application that is never published.
    if (name === undefined || version === undefined) return asks.length === 0 ? undefined : { packages: [], asks };
    return {
      ...(asks.length === 0 ? {} : { asks }),
      packages: [
        {
          type: "npm",
          ...npmName(name),
          version: version.replace(/^v(?=\d)/, ""),
          licenses: licensesOf(written),
          // npm refuses to publish what says so, so nothing that is published is meant; a fork that was installed may be one of it.
          ...(written["private"] === true && !MODULE.test(path) ? { own: true } : {}),
          ...requiring([...entriesIn(written["optionalDependencies"]), ...entriesIn(written["dependencies"])]),
        },
      ],
    };
  },
};
