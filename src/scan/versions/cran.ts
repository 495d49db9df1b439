import { compareDigits, compareLists, sign, type VersionScheme } from "./scheme.ts";

/** R packages: numbers between dots and dashes (R, `package_version`); a version that another one begins with comes first. */
export const cran: VersionScheme = {
  name: "CRAN",
  compare: (a, b) => {
    const [left, right] = [a.trim().split(/[.-]/), b.trim().split(/[.-]/)];
    const common = Math.min(left.length, right.length);
    return sign(compareLists(left.slice(0, common), right.slice(0, common), compareDigits, "0") || left.length - right.length);
  },
  isVersion: (text) => /^\d+(?:[.-]\d+)+$/.test(text.trim()),
};
