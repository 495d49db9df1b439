import { type Cataloger, MIB } from "../cataloger.ts";
import { jsonObject, wordIn } from "../json.ts";

/** Packages that conda, mamba or pixi have installed (docs.conda.io, "conda-meta"). */
export const condaInstalled: Cataloger = {
  name: "conda-installed",
  scope: "installed",
  reads: "conda-meta/*.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)conda-meta\/[^/]+\.json$/.test(path),
  maxBytes: 16 * MIB,
  read: (content) => {
    const written = jsonObject(content);
    const [name, version, license] = [wordIn(written?.["name"]), wordIn(written?.["version"]), wordIn(written?.["license"])];
    return name === undefined || version === undefined
      ? undefined
      : { packages: [{ type: "conda", name, version, licenses: license === undefined ? [] : [license] }] };
  },
};
