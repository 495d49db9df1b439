/** What is known of where something begins to work. */
export interface Bracket {
  /** The most that was seen to fail; absent: nothing failed. */
  readonly fails?: number;
  /** The least that was seen to work. */
  readonly works: number;
  readonly runs: number;
}

/**
 * Looks for the least that works, by halves of the ratio. Ends when what works is at most `ratio` times what fails, or after so many runs.
 * `floor`: less is not tried; `works`: known to work; `first`: where to begin.
 */
export const bisect = async (
  {
    floor,
    works: known,
    first,
    ratio,
    runs: most,
  }: { readonly floor: number; readonly works: number; readonly first: number; readonly ratio: number; readonly runs: number },
  works: (value: number) => Promise<boolean>,
): Promise<Bracket> => {
  let least = known;
  let fails: number | undefined;
  let runs = 0;
  for (let value = Math.round(first); runs < most && value > (fails ?? 0) && value < least;) {
    runs += 1;
    if (await works(value)) least = value;
    else fails = value;
    const below = fails ?? floor;
    if (least <= below * ratio) break;
    value = Math.round(Math.sqrt(least * below));
  }
  return { ...(fails === undefined ? {} : { fails }), works: least, runs };
};
