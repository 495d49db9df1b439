import { POPULAR } from "./popular-actions.ts";

const NAMES = Object.entries(POPULAR).flatMap(([owner, repos]) =>
  repos.map((repo) => ({ owner: owner.toLowerCase(), slug: `${owner}/${repo}`.toLowerCase() })),
);
const SLUGS = new Set(NAMES.map(({ slug }) => slug));
const OWNERS = new Set(NAMES.map(({ owner }) => owner));

/** Letters that are read for each other. */
const LOOK_ALIKE: readonly (readonly [RegExp, string])[] = [
  [/0/g, "o"],
  [/[1!]/g, "l"],
  [/rn/g, "m"],
  [/vv/g, "w"],
  [/_/g, "-"],
];

const asRead = (name: string): string => LOOK_ALIKE.reduce((text, [pattern, letter]) => text.replace(pattern, letter), name);

/** Whether one letter left out, put in, exchanged or swapped with the next makes one of the other. */
const oneSlipApart = (a: string, b: string): boolean => {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
};

const words = (slug: string): string => slug.split(/[-_/]/).toSorted().join(" ");

/** The well-known action that another owner's name could be taken for, `owner/repo`; undefined when there is none. */
export const imitated = (owner: string, repo: string): string | undefined => {
  const name = owner.toLowerCase();
  const slug = `${name}/${repo.toLowerCase()}`;
  if (SLUGS.has(slug) || OWNERS.has(name)) return undefined;
  return NAMES.find(
    (known) =>
      known.owner !== name && (oneSlipApart(slug, known.slug) || asRead(slug) === asRead(known.slug) || words(slug) === words(known.slug)),
  )?.slug;
};
