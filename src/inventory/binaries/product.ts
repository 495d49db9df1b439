/** A program that is known by what is written in it. */
export interface Product {
  /** As advisories know it (Bitnami's names where there are any). */
  readonly name: string;
  /** The file's own name. */
  readonly file: RegExp;
  /**
   * Each has a group `version`; the first that is found in the bytes, read as latin1, counts. Bounded in what they read, whatever the file holds. Where a file can be
   * one of several products they stand in the order of the catalogue, the particular before the general.
   */
  readonly patterns: readonly RegExp[];
  /** Whether a version can be that of a file of this name: what is linked into it has versions, too. Absent: any can. */
  readonly agrees?: (version: string, fileName: string) => boolean;
}
