import type { Digest } from "../core/index.ts";

/** Types of package URLs that are found (github.com/package-url/purl-spec, PURL-TYPES). */
export type PackageType =
  | "alpm"
  | "apk"
  | "bitnami"
  | "brew"
  | "cargo"
  | "cocoapods"
  | "composer"
  | "conan"
  | "conda"
  | "cran"
  | "deb"
  | "ebuild"
  | "gem"
  | "generic"
  | "github"
  | "golang"
  | "hackage"
  | "hex"
  | "luarocks"
  | "maven"
  | "nix"
  | "npm"
  | "nuget"
  | "opam"
  | "opkg"
  | "otp"
  | "pear"
  | "pub"
  | "pypi"
  | "rpm"
  | "swift"
  | "terraform";

/** One package, as what installed it wrote it down. */
export interface Package {
  readonly type: PackageType;
  /** `@scope` of npm, the vendor of Composer. */
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  /** What a distribution made it from: its advisories speak of that. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly arch?: string;
  /** Of rpm: the module that brought it, with its stream, `nodejs:18`. */
  readonly module?: string;
  /** A lock file says that it is for development only. */
  readonly development?: true;
  /** The project itself asks for it, as its lock file or manifest says: not only another package does. */
  readonly direct?: true;
  /** The project's own, which no registry has, or built from a source that says no release: advisories of what is called the same say nothing of it. */
  readonly own?: true;
  /** As they were written: SPDX identifiers or words. */
  readonly licenses: readonly string[];
  /** What it asks for to run, with the range as its ecosystem writes it ("" for any): at most 300 of its own kind. */
  readonly requires?: readonly (readonly [name: string, range: string])[];
}

/** The field of a package that asks for others; absent where it asks for none. */
export const requiring = (asked: Iterable<readonly [name: string, range: string]>): Pick<Package, "requires"> => {
  const all = [...new Map([...asked].slice(0, 300))].filter(([name]) => name !== "");
  return all.length === 0 ? {} : { requires: all };
};

/** A package and where it is. */
export interface FoundPackage extends Package {
  /** The file that tells of it. */
  readonly path: string;
  /** The layer that brought it; absent in a folder. */
  readonly layer?: Digest;
  /** From 0, base first. */
  readonly layerIndex?: number;
  /** The distribution's package that the file belongs to: it is then the distribution's to mend. */
  readonly ownedBy?: string;
  readonly purl: string;
}
