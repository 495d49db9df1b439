/** Keeps a map within bounds by forgetting what was put in first, a tenth at a time: finding the oldest of a map costs a walk over all that were deleted before it. */
export const forgetOldest = (map: Map<string, unknown>, most: number): void => {
  if (map.size <= most) return;
  let excess = map.size - Math.floor(most * 0.9);
  for (const key of map.keys()) {
    if (excess-- <= 0) return;
    map.delete(key);
  }
};
