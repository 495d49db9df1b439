const FURTHEST = 2;

/** Levenshtein distance, or more than `FURTHEST` once it can only be more. */
const distance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > FURTHEST) return FURTHEST + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
};

const ordered = new WeakMap<readonly string[], readonly string[]>();

const inOrder = (options: readonly string[], caseSensitive: boolean): readonly string[] => {
  if (caseSensitive) return options.toSorted();
  const found = ordered.get(options) ?? options.map((one) => one.toLowerCase()).toSorted();
  ordered.set(options, found);
  return found;
};

/**
 * `message`, with BuildKit's ` (did you mean X?)` when one of the options is two edits away or fewer. Of equally near ones the first in alphabetical order.
 * Source: util/suggest of moby/buildkit.
 */
export const withSuggestion = (message: string, word: string, options: readonly string[], caseSensitive = true): string => {
  if (word.length > 64) return message;
  const wanted = caseSensitive ? word : word.toLowerCase();
  let best: string | undefined;
  let least = FURTHEST + 1;
  for (const option of inOrder(options, caseSensitive)) {
    if (Math.abs(option.length - wanted.length) > FURTHEST) continue;
    const far = distance(wanted, option);
    if (far === 0) return message;
    if (far < least) [best, least] = [option, far];
  }
  if (best === undefined) return message;
  return `${message} (did you mean ${!caseSensitive && word === word.toUpperCase() ? best.toUpperCase() : best}?)`;
};
