/** `1/n` as arctangent, in fixed point: the series x - x^3/3 + x^5/5 - ... */
const arctangentOfInverse = (n: bigint, one: bigint): bigint => {
  let power = one / n;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power !== 0n; divisor += 2n, sign = -sign) {
    power /= n * n;
    sum += sign * (power / divisor);
  }
  return sum;
};

/** Blowfish begins from the first bits of pi behind the point: 18 words for P, 4 times 256 for S (Schneier 1993, "nothing up my sleeve"). They are made here, by Machin's formula, in some 20 ms. */
export const wordsOfPi = (count: number): Uint32Array => {
  const guard = 64n;
  const bits = BigInt(count) * 32n;
  const one = 1n << (bits + guard);
  const pi = 4n * (4n * arctangentOfInverse(5n, one) - arctangentOfInverse(239n, one));
  const hex = ((pi >> guard) & ((1n << bits) - 1n)).toString(16).padStart(count * 8, "0");
  return Uint32Array.from({ length: count }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16));
};
