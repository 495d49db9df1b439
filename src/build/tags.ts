import semver from "semver";
import { isTag, SeaworthyError } from "../core/index.ts";

/** What the tags of an image are made from. */
export interface TagInput {
  /** Full commit id. Absent outside a repository. */
  readonly commit?: string;
  readonly branch?: string;
  /** Git tags that point at the commit. */
  readonly tagsHere: readonly string[];
  /** Every git tag of the repository: whether a version is the newest cannot be told from its own commit. */
  readonly tagsEverywhere: readonly string[];
  /** Hex digest of what differs from the commit; absent when nothing does. */
  readonly changes?: string;
}

export interface ImageTags {
  /** What the image is called by people: the newest full version, else the commit's tag. */
  readonly version: string;
  /** Never moved once pushed: full versions, and the commit when the tree is clean. */
  readonly fixed: readonly string[];
  /** May stand for another digest tomorrow: branch, 1, 1.2, latest, and whatever was built from a changed tree. */
  readonly moving: readonly string[];
  /** Sentences worth showing, e.g. that the tree was not clean. */
  readonly notes: readonly string[];
}

const VERSION = /^v?(\d+\.\d+\.\d+.*)$/;
/** A `+` may not stand in a tag; `_` keeps build metadata apart from a prerelease, as Helm does. */
const asTag = (version: semver.SemVer): string => version.raw.replace(/^v/, "").replaceAll("+", "_");

const versionsIn = (tags: readonly string[]): readonly semver.SemVer[] =>
  tags
    .map((tag) => (VERSION.test(tag) ? semver.parse(tag) : null))
    .filter((version) => version !== null)
    .filter((version) => isTag(asTag(version)))
    .toSorted((a, b) => semver.rcompare(a, b));

/** Makes a tag of any name: everything but letters, digits, `.`, `_`, `-` becomes one `-`, no leading `.` or `-`, 128 characters. Undefined when nothing is left. */
export const sanitiseTag = (name: string): string | undefined => {
  const clean = name
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 128);
  return isTag(clean) ? clean : undefined;
};

/** `1.2`, `1` and `latest`, each only where this version is the newest stable one of its line. A major of 0 promises nothing and gets no `0`. */
const linesOf = (version: semver.SemVer, stable: readonly semver.SemVer[]): readonly string[] => {
  const newestOf = (line: (other: semver.SemVer) => boolean): boolean => stable.filter(line).every((other) => semver.lte(other, version));
  const { major, minor } = version;
  return [
    ...(newestOf((other) => other.major === major && other.minor === minor) ? [`${major}.${minor}`] : []),
    ...(major > 0 && newestOf((other) => other.major === major) ? [`${major}`] : []),
    ...(newestOf(() => true) ? ["latest"] : []),
  ];
};

/**
 * The tags of an image from the state of its repository.
 * `latest` follows the newest stable version of all, so that a fix for an old line does not take it (docker/metadata-action #80, #326).
 */
export const tagsFor = (input: TagInput): ImageTags => {
  if (input.commit === undefined)
    return {
      version: "unversioned",
      fixed: [],
      moving: ["unversioned"],
      notes: ["Not in a git repository: the image has no version and its tag moves."],
    };
  if (!/^[0-9a-f]{40,64}$/.test(input.commit))
    throw new SeaworthyError("INPUT_INVALID", `"${input.commit.slice(0, 80)}" is not a commit id`);
  const commitTag = `sha-${input.commit.slice(0, 12)}`;
  if (input.changes !== undefined) {
    const changed = `${commitTag}-dirty-${input.changes.slice(0, 8)}`;
    return {
      version: changed,
      fixed: [],
      moving: [changed],
      notes: [`The tree differs from commit ${input.commit.slice(0, 12)}: the image is tagged ${changed} and gets no version.`],
    };
  }
  const here = versionsIn(input.tagsHere);
  const stable = versionsIn([...input.tagsEverywhere, ...input.tagsHere]).filter((version) => version.prerelease.length === 0);
  const lines = here.filter((version) => version.prerelease.length === 0).flatMap((version) => linesOf(version, stable));
  const branch = input.branch === undefined ? undefined : sanitiseTag(input.branch);
  const fixed = [...here.map(asTag), commitTag];
  // A branch called 1.2.3 or latest must not take what stands for something else.
  const taken = new Set([...fixed, ...lines, "latest"]);
  const own = branch !== undefined && !taken.has(branch) && !versionsIn([branch]).length && !/^\d+(\.\d+)?$|^sha-|^sha256-/.test(branch);
  const notes =
    branch !== undefined && !own ? [`The branch "${input.branch}" gets no tag: the name stands for a version or a commit.`] : [];
  return { version: fixed[0] ?? commitTag, fixed: [...new Set(fixed)], moving: [...new Set([...lines, ...(own ? [branch] : [])])], notes };
};
