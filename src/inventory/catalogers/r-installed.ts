import { type Cataloger, MIB } from "../cataloger.ts";
import { firstParagraph } from "../paragraphs.ts";

/** R packages that are installed (cran.r-project.org/doc/manuals/R-exts.html, "The DESCRIPTION file"): a `Built` line says so. */
export const rInstalled: Cataloger = {
  name: "r-installed",
  scope: "installed",
  reads: "DESCRIPTION of an R package",
  endings: ["description"],
  isMine: (path) => /(?:^|\/)DESCRIPTION$/.test(path),
  maxBytes: MIB,
  read: (content) => {
    const fields = firstParagraph(content.toString("utf8"));
    const [name, version, license] = [fields?.get("package"), fields?.get("version"), fields?.get("license")];
    if (name === undefined || version === undefined || name === "" || version === "" || fields?.get("built")?.startsWith("R ") !== true)
      return undefined;
    return { packages: [{ type: "cran", name, version, licenses: license === undefined || license === "" ? [] : [license] }] };
  },
};
