/** Marsaglia's xorshift of 32 bits: the same draw for the same seed, on every machine. */
export const seeded = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

/** Fisher and Yates' shuffle, of a copy. */
export const shuffled = <T>(items: readonly T[], random: () => number): readonly T[] => {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [one, two] = [mixed[last], mixed[other]];
    if (one === undefined || two === undefined) continue;
    mixed[last] = two;
    mixed[other] = one;
  }
  return mixed;
};

export const fixed = (value: number): string => value.toFixed(1);
