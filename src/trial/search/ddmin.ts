/** Parts of about the same size, none empty. */
const split = <T>(items: readonly T[], parts: number): readonly (readonly T[])[] =>
  Array.from({ length: parts }, (_, index) =>
    items.slice(Math.floor((index * items.length) / parts), Math.floor(((index + 1) * items.length) / parts)),
  );

/**
 * A part of `items` that still works and of which nothing can be taken away, when all of them work. Each question is asked once.
 * Delta debugging (Zeller and Hildebrandt, 2002), https://doi.org/10.1109/32.988498.
 */
export const ddmin = async <T extends string>(
  items: readonly T[],
  works: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> => {
  const asked = new Map<string, boolean>();
  const ask = async (some: readonly T[]): Promise<boolean> => {
    const key = some.join(" ");
    const known = asked.get(key) ?? (await works(some));
    asked.set(key, known);
    return known;
  };
  if (await ask([])) return [];
  let current = items;
  for (let parts = 2; current.length > 1;) {
    const pieces = split(current, parts);
    const rests = pieces.map((piece) => current.filter((item) => !piece.includes(item)));
    let next: readonly T[] | undefined;
    for (const some of [...pieces, ...(parts === 2 ? [] : rests)])
      if (await ask(some)) {
        next = some;
        break;
      }
    if (next === undefined) {
      if (parts === current.length) break;
      parts = Math.min(current.length, parts * 2);
      continue;
    }
    parts = pieces.includes(next) ? 2 : Math.max(2, parts - 1);
    parts = Math.min(parts, next.length);
    current = next;
  }
  return current;
};
