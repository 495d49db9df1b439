import { cran } from "./cran.ts";
import type { VersionScheme } from "./scheme.ts";

/** Haskell packages: numbers between dots, the longer of two the later one (Package Versioning Policy). */
export const hackage: VersionScheme = {
  name: "Hackage",
  compare: (a, b) => cran.compare(a, b),
  isVersion: (text) => /^\d+(?:\.\d+)*$/.test(text.trim()),
};
