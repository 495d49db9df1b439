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

/** Packages that npm, yarn, pnpm or bun have installed, and the application itself where it has a name and a version. */
export const npmInstalled: Cataloger = {
  name: "npm-installed",
  scope: "installed",
  reads: "**/package.json",
  isMine: (path) => /(?:^|\/)package\.json$/.test(path),
  maxBytes: 2 * MIB,
  read: (content) => {
    const written = jsonObject(content);
    const [name, version] = [wordIn(written?.["name"]), wordIn(written?.["version"])];
    // Without a version it only marks how the files of a folder are to be loaded.
    if (written === undefined || name === undefined || version === undefined) return undefined;
    return {
      packages: [
        {
          type: "npm",
          ...npmName(name),
          version: version.replace(/^v(?=\d)/, ""),
          licenses: licensesOf(written),
          ...requiring([...entriesIn(written["optionalDependencies"]), ...entriesIn(written["dependencies"])]),
        },
      ],
    };
  },
};
