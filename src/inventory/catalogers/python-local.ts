import { type Cataloger, MIB } from "../cataloger.ts";
import { isObject, jsonObject } from "../json.ts";

/** Where a Python package was installed from, when it was no index: of a folder, editable or not, it is the project's own (packaging.python.org/specifications/direct-url). */
export const pythonLocal: Cataloger = {
  name: "python-local",
  scope: "installed",
  reads: "*.dist-info/direct_url.json",
  endings: ["json"],
  isMine: (path) => path.endsWith(".dist-info/direct_url.json"),
  maxBytes: MIB,
  read: (content, path) => {
    const written = jsonObject(content);
    // A wheel that lies in a file (`archive_info`) may be anybody's.
    return isObject(written?.["dir_info"]) ? { packages: [], own: [path.replace(/direct_url\.json$/, "METADATA")] } : undefined;
  },
};
