import { type Cataloger, MIB } from "../cataloger.ts";
import { zipEntries } from "../zip.ts";
import { pythonInstalled } from "./python-installed.ts";

/** Python packages that lie as an archive where programs look for them (setuptools.pypa.io, "The Internal Structure of Python Eggs"). */
export const pythonEgg: Cataloger = {
  name: "python-egg",
  scope: "installed",
  reads: "*.egg",
  endings: ["egg"],
  isMine: (path) => path.endsWith(".egg"),
  maxBytes: 64 * MIB,
  read: (content, path) => {
    const entry = zipEntries(content)?.find((one) => one.path === "EGG-INFO/PKG-INFO");
    const information = entry?.read(MIB);
    return information === undefined ? undefined : pythonInstalled.read(information, `${path}/EGG-INFO/PKG-INFO`);
  },
};
