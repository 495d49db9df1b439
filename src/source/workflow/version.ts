/** A version's numbers, as far as they are written: `v4` is [4]. */
export type Version = readonly number[];

const VERSION = /(?:^|[/@=\s-])v?(\d+(?:\.\d+){0,3})(?=$|[\s,;)\]+-]|(?:a|b|rc|alpha|beta)\d*)/i;

/** The version that a tag or a comment names: `v4.2.2`, `tag=v4.2.2`, `create-token/v0.2.2`. */
export const versionIn = (text: string): Version | undefined => VERSION.exec(text)?.[1]?.split(".").map(Number);

/** Below zero when `a` is older. A part that is not written is taken for the newest: `v4` moves along with 4.x. */
export const compareVersions = (a: Version, b: Version): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? Infinity) - (b[index] ?? Infinity);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
};
