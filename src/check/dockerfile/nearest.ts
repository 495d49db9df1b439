const FURTHEST = 2;
/** A shorter name with two letters changed is another name. */
const SHORT = 4;
const LONGEST = 64;
const MOST = 200;

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

/** The name that was probably meant: at most two letters away, one when it is short; of equally near ones the first by alphabet. Among very many names any guess is one. */
export const nearest = (name: string, names: readonly string[]): string | undefined => {
  if (name.length > LONGEST || names.length > MOST) return undefined;
  let best: string | undefined;
  let least = (name.length < SHORT ? 1 : FURTHEST) + 1;
  for (const other of names) {
    const far = other === name ? FURTHEST + 1 : distance(name, other);
    if (far < least || (far === least && best !== undefined && other < best)) [best, least] = [other, far];
  }
  return best;
};
