/** Whether a text is what a pattern says, `*` standing for any characters and `?` for one. Takes time in proportion to both lengths, whatever the pattern. */
export const matchesWildcard = (pattern: string, text: string): boolean => {
  let [at, star, retry] = [0, -1, 0];
  let of = 0;
  while (at < text.length) {
    if (of < pattern.length && (pattern[of] === "?" || pattern[of] === text[at]) && pattern[of] !== "*") {
      at += 1;
      of += 1;
    } else if (pattern[of] === "*") {
      star = of;
      retry = at;
      of += 1;
    } else if (star >= 0) {
      of = star + 1;
      retry += 1;
      at = retry;
    } else return false;
  }
  while (pattern[of] === "*") of += 1;
  return of === pattern.length;
};
