/** What of a row of numbered things was found again. */
export type Tail =
  | { readonly kind: "none" }
  | { readonly kind: "all" }
  /** All up to there, and nothing after it. */
  | { readonly kind: "cut"; readonly lost: number }
  /** Missing here and there. */
  | { readonly kind: "some"; readonly found: number };

/** Things that were done beside each other may have come in another order. */
const LOOSE = 8;
/** Up to the last that was found, so much must be there for the rest to be an end that was lost. */
const DENSE = 0.98;

/** How the numbers from 0 to `count` - 1 that were found lie: whether their end is missing. */
export const tailOf = (found: ReadonlySet<number>, count: number): Tail => {
  if (found.size === 0) return { kind: "none" };
  if (found.size >= count) return { kind: "all" };
  const last = Math.max(...found);
  const isDense = found.size >= (last + 1 - LOOSE) * DENSE;
  if (isDense && count - 1 - last >= LOOSE) return { kind: "cut", lost: count - found.size };
  return { kind: "some", found: found.size };
};
