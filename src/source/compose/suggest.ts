/** Edits that turn one word into another: insert, delete, replace, swap of neighbours (optimal string alignment). */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
};

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, "");

/** Between two equally near words, the one that begins alike wins; a word cut short (`mem`) means the longer one. */
const cost = (word: string, candidate: string): number => {
  const [a, b] = [plain(word), plain(candidate)];
  if (a === b) return 0;
  if (a.length >= 3 && b.startsWith(a)) return 0.5;
  return distance(word.toLowerCase(), candidate.toLowerCase()) - (a[0] === b[0] ? 0.25 : 0);
};

/** The known word a misspelt one was probably meant to be. Nothing further than a third of its letters is guessed. */
export const didYouMean = (word: string, known: Iterable<string>): string | undefined => {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5;
  for (const candidate of known) {
    const near = cost(word, candidate);
    if (near < least) [best, least] = [candidate, near];
  }
  return best;
};
