/** Round numbers from 0 to at least the most, few enough to be read. */
export const ticks = (most: number, wanted = 4): readonly number[] => {
  if (!Number.isFinite(most) || most <= 0) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999) ?? 10 * power;
  return Array.from({ length: Math.ceil((most / step) * 0.999) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
};

/** `0`, `850 ms`, `1.06 s`, `12 s`. */
export const shortTime = (ms: number): string => {
  if (ms < 1000) return ms === 0 ? "0" : `${Math.round(ms)} ms`;
  return `${Number((ms / 1000).toPrecision(ms < 10_000 ? 3 : 2))} s`;
};

/** Where a value stands between two ends of a drawing, kept within them. One decimal place: finer is not seen. */
export const scale =
  (most: number, from: number, to: number): ((value: number) => number) =>
  (value) =>
    Math.round((from + (to - from) * Math.max(0, Math.min(1, value / most))) * 10) / 10;
