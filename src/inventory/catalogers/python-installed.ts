import { type Cataloger, MIB } from "../cataloger.ts";
import { type Package, requiring } from "../package.ts";
import { firstParagraph } from "../paragraphs.ts";

/** The values of a field that may stand there several times, of the header alone. */
const all = (header: string, field: string): readonly string[] =>
  [...header.matchAll(new RegExp(`^${field}:[ \\t]*(.{1,500})$`, "gim"))].map(([, value = ""]) => value.trim());

const oneLine = (written: string | undefined): string | undefined => {
  const [first = ""] = (written ?? "").split("\n");
  return first === "" || first === "UNKNOWN" || first.length > 200 ? undefined : first;
};

/** An expression, else the words of the field; many only have a classifier. */
const licensesOf = (fields: ReadonlyMap<string, string> | undefined, header: string): readonly string[] => {
  const written = oneLine(fields?.get("license-expression")) ?? oneLine(fields?.get("license"));
  if (written !== undefined) return [written];
  return all(header, "Classifier").flatMap((one) => {
    const [kind, ...path] = one.split(" :: ");
    const last = path.at(-1);
    return kind === "License" && last !== undefined && last !== "OSI Approved" ? [last] : [];
  });
};

/** `requests[socks] (>=2.0) ; python_version < "3"`; what only an extra asks for is left out. */
const requirement = (text: string): readonly (readonly [string, string])[] => {
  const [wanted = "", marker = ""] = text.split(";", 2);
  const [, name, range = ""] = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^()]*)\)?\s*$/.exec(wanted) ?? [];
  return name === undefined || /\bextra\b/.test(marker) ? [] : [[name.toLowerCase().replaceAll(/[-_.]+/g, "-"), range.trim()]];
};

/** Beside the sources of a project that is under development: those that are installed have their version in the folder's name, or lie among others. */
const isDevelopment = (path: string): boolean =>
  /(?:^|\/)[^/-]+(?:-(?!\d)[^/-]+)*\.egg-info\/PKG-INFO$/.test(path) && !/(?:^|\/)(?:site|dist)-packages\//.test(path);

/** Python packages that pip, uv, poetry or a distribution have installed (packaging.python.org/specifications/core-metadata). */
export const pythonInstalled: Cataloger = {
  name: "python-installed",
  scope: "installed",
  reads: "*.dist-info/METADATA, *.egg-info/PKG-INFO, *.egg-info",
  endings: ["metadata", "pkg-info", "egg-info"],
  isMine: (path) => /(?:^|[./-])dist-info\/METADATA$|(?:^|[./-])egg-info\/PKG-INFO$|\.egg-info$/i.test(path),
  maxBytes: 4 * MIB,
  read: (content, path) => {
    const text = content.toString("utf8");
    const fields = firstParagraph(text);
    const [name, version] = [fields?.get("name"), fields?.get("version")];
    if (name === undefined || name === "" || version === undefined || version === "") return undefined;
    const header = text.slice(0, /\r?\n\r?\n/.exec(text)?.index);
    const one: Package = {
      type: "pypi",
      name,
      version,
      licenses: licensesOf(fields, header),
      ...(isDevelopment(path) ? { own: true } : {}),
      ...requiring(all(header, "Requires-Dist").flatMap(requirement)),
    };
    return { packages: [one] };
  },
};
