import type { Package } from "./package.ts";

/** What a file tells. */
export interface Cataloged {
  readonly packages: readonly Package[];
  /** Files that a package of the distribution has put there, by its name. */
  readonly owns?: ReadonlyMap<string, readonly string[]>;
  /** Files, and folders with a slash behind, of whose programs this file tells better than what is written in them. */
  readonly covers?: readonly string[];
  /** Why not all of the file was read, where that is so. */
  readonly unseen?: string;
  /** Licences of a package of the distribution, by its name: its own database does not tell them. */
  readonly licensed?: readonly (readonly [name: string, licences: readonly string[]])[];
  /** Which of the packages needs which, by their places among them. */
  readonly edges?: readonly (readonly [from: number, to: number])[];
  /** Files whose packages are the project's own, as this one tells: installed from its folder, not from a registry. */
  readonly own?: readonly string[];
  /** What the project of this folder asks for itself, with the range as it is written; lock files beside or above tell which version that is. */
  readonly asks?: readonly (readonly [name: string, range: string])[];
}

/** Knows one kind of file that tells of packages. */
export interface Cataloger {
  /** kebab-case, unique. */
  readonly name: string;
  /** `installed`: what is there to run. `declared`: what a repository asks for, which an image that was built from it need not have. */
  readonly scope: "installed" | "declared";
  /** What it reads, in a line. */
  readonly reads: string;
  /** What its files' paths have behind the last dot or slash, in lower case: of other files nothing more is asked. */
  readonly endings: readonly string[] | "any";
  /** Whether this file is its kind, by its path (relative, without a slash in front). */
  readonly isMine: (path: string) => boolean;
  /** A larger file is not read, and that is said. */
  readonly maxBytes: number;
  /** Undefined when the file only has the name of its kind. Throws on nothing that a file can hold. */
  readonly read: (content: Buffer, path: string) => Cataloged | undefined;
}

export const MIB = 1024 * 1024;

/** Who knows the kind of a file, by its path: the first that does. Asked of every file of an image. */
export const catalogerFor = (catalogers: readonly Cataloger[]): ((path: string) => Cataloger | undefined) => {
  const ofAny = catalogers.filter(({ endings }) => endings === "any");
  const byEnding = new Map(
    catalogers
      .flatMap(({ endings }) => endings)
      .map((ending) => [ending, catalogers.filter(({ endings }) => endings === "any" || endings.includes(ending))]),
  );
  return (path) => {
    const ending = path.slice(Math.max(path.lastIndexOf("."), path.lastIndexOf("/")) + 1).toLowerCase();
    return (byEnding.get(ending) ?? ofAny).find(({ isMine }) => isMine(path));
  };
};
