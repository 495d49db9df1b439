import { SeaworthyError } from "../errors.ts";

declare const brand: unique symbol;

/** A length of time in milliseconds, never negative. Written as the Compose Specification writes it: `1m30s`, `500ms`, `2h`, `7d`. */
export type Duration = number & { readonly [brand]: "Duration" };

const UNIT_MS = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d|w))+$/;
const PART = /(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)/g;

/** @throws INPUT_INVALID when a unit is missing: a bare number means seconds in one tool and nanoseconds in the next. */
export const parseDuration = (text: string): Duration => {
  const trimmed = text.trim();
  if (trimmed === "0") return 0 as Duration;
  if (!WHOLE.test(trimmed))
    throw new SeaworthyError(
      "INPUT_INVALID",
      `"${text.slice(0, 160)}" is not a duration: expected a number with a unit, as in 30s, 1m30s, 500ms or 7d`,
    );
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(PART)) total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (total > Number.MAX_SAFE_INTEGER) throw new SeaworthyError("INPUT_INVALID", `"${text.slice(0, 160)}" is longer than any clock counts`);
  return total as Duration;
};
