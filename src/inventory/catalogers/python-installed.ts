import { type Cataloger, MIB } from "../cataloger.ts";
import { paragraphsOf } from "../paragraphs.ts";

const licenseOf = (written: string | undefined): readonly string[] => {
  const [first = ""] = (written ?? "").split("\n");
  return first === "" || first === "UNKNOWN" || first.length > 200 ? [] : [first];
};

/** Python packages that pip, uv, poetry or a distribution have installed (packaging.python.org/specifications/core-metadata). */
export const pythonInstalled: Cataloger = {
  name: "python-installed",
  scope: "installed",
  reads: "*.dist-info/METADATA, *.egg-info/PKG-INFO, *.egg-info",
  isMine: (path) => /(?:^|[./-])dist-info\/METADATA$|(?:^|[./-])egg-info\/PKG-INFO$|\.egg-info$/i.test(path),
  maxBytes: 4 * MIB,
  read: (content) => {
    const [fields] = paragraphsOf(content.toString("utf8"));
    const [name, version] = [fields?.get("name"), fields?.get("version")];
    if (name === undefined || name === "" || version === undefined || version === "") return undefined;
    return {
      packages: [{ type: "pypi", name, version, licenses: licenseOf(fields?.get("license-expression") ?? fields?.get("license")) }],
    };
  },
};
