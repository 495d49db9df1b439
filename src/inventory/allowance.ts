/** What may be made of one file, whatever it claims: a few bytes can ask for gigabytes. */
export interface Allowance {
  /** Whether so much more may be made; once it may not, nothing more. */
  readonly take: (count: number) => boolean;
  /** Whether something was left out. */
  readonly isSpent: () => boolean;
}

export const createAllowance = (most: number): Allowance => {
  let left = most;
  return {
    take: (count) => {
      left = count > left ? -1 : left - count;
      return left >= 0;
    },
    isSpent: () => left < 0,
  };
};

/** Of one file: five times what the largest distributions have. */
export const MAX_PACKAGES = 100_000;
/** Characters of the names of files that packages own, of one database. */
export const MAX_OWNED_CHARACTERS = 64 * 1024 * 1024;
/** Which package needs which, of one file: five of each of its packages. */
export const MAX_NEEDS = 500_000;
export const MORE_NEEDS = `it tells of more than ${MAX_NEEDS} needs of packages`;
export const MORE_PACKAGES = `it tells of more than ${MAX_PACKAGES} packages`;
