import type { Rating } from "./advisory.ts";

const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The privileges that are needed weigh less where what breaks is more than what they are for. */
const PRIVILEGES_CHANGED: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };

/** "Roundup" of CVSS 3.1, appendix A: to one decimal, upwards, on whole numbers so that no machine rounds otherwise. */
const roundUp = (value: number): number => {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
};

/** Base score of a CVSS 3.0 or 3.1 vector, 0 to 10 (first.org/cvss/v3.1/specification-document, 7.1); undefined for anything else. */
export const cvss3Score = (vector: string): number | undefined => {
  if (!/^CVSS:3\.[01]\//.test(vector)) return undefined;
  const metrics = new Map(vector.split("/").map((part) => part.split(":", 2) as [string, string]));
  const scope = metrics.get("S");
  if (scope !== "U" && scope !== "C") return undefined;
  const changed = scope === "C";
  const weights: Record<string, number> = {};
  for (const [metric, values] of Object.entries(WEIGHTS)) {
    const value = metrics.get(metric) ?? "";
    const weight = metric === "PR" && changed ? PRIVILEGES_CHANGED[value] : new Map<string, number>(Object.entries(values)).get(value);
    if (weight === undefined) return undefined;
    weights[metric] = weight;
  }
  const of = (metric: keyof typeof WEIGHTS): number => weights[metric] ?? 0;
  const lost = 1 - (1 - of("C")) * (1 - of("I")) * (1 - of("A"));
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * of("AV") * of("AC") * of("PR") * of("UI");
  return roundUp(Math.min(10, changed ? 1.08 * (impact + exploitability) : impact + exploitability));
};

/** The bands of CVSS 3.1, section 5, and 4.0, section 6. */
export const ratingOf = (score: number): Rating => {
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "none";
};
