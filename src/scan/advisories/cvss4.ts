import { metricsOf } from "./vector.ts";

/** Values of the base metrics from the worst to the least, a step of 0.1 each (first.org/cvss/v4.0/specification-document, 8.2). */
const LEVELS = {
  AV: "NALP",
  AC: "LH",
  AT: "NP",
  PR: "NLH",
  UI: "NPA",
  VC: "HLN",
  VI: "HLN",
  VA: "HLN",
  SC: "HLN",
  SI: "HLN",
  SA: "HLN",
} as const;
type Metric = keyof typeof LEVELS;
type Levels = Readonly<Record<Metric, number>>;

/**
 * Scores of the macro vectors that base metrics alone can have, as the specification publishes them (table of 8.3): by EQ1 and EQ2, then by EQ3 with EQ6
 * (00, 01, 10, 11, 21), each for EQ4 1 and 2. EQ5 is 0 without threat metrics; 01 and 11 are neighbours that base metrics do not reach.
 */
const SCORES: Readonly<Record<string, readonly number[]>> = {
  "00": [10, 9.3, 9.6, 9, 9.3, 8.8, 9.2, 8, 7.9, 6.9],
  "01": [9.5, 9.2, 9.1, 8.1, 9.2, 8.4, 8.2, 7, 7.1, 6.3],
  "10": [9.4, 8.7, 8.9, 7.5, 8.6, 7.2, 7.6, 5.7, 6.5, 5.3],
  "11": [9, 7.7, 7.7, 6.6, 7.4, 6.1, 5.9, 5.2, 5.8, 2.3],
  "20": [8.6, 7, 7.4, 5.4, 7.2, 5.3, 5.7, 3.6, 4.7, 2.4],
  "21": [7.3, 5.4, 5.5, 4.3, 6.1, 4.6, 5.1, 1.8, 2.4, 1],
};
const EQ3_EQ6 = ["00", "01", "10", "11", "21"];

const scoreOf = (eq1: number, eq2: number, eq36: string, eq4: number): number | undefined =>
  eq4 > 2 ? undefined : SCORES[`${eq1}${eq2}`]?.[EQ3_EQ6.indexOf(eq36) * 2 + eq4 - 1];

/** Levels of the worst vectors of each class, in the order of LEVELS within the class, and how many steps it is deep. */
const EQ1 = [
  { worst: ["000"], depth: 1 },
  { worst: ["100", "010", "001"], depth: 4 },
  { worst: ["300", "111"], depth: 5 },
];
const EQ2 = [
  { worst: ["00"], depth: 1 },
  { worst: ["10", "01"], depth: 2 },
];
const EQ36: Readonly<Record<string, { readonly worst: readonly string[]; readonly depth: number }>> = {
  "00": { worst: ["000"], depth: 7 },
  "10": { worst: ["100", "010"], depth: 8 },
  "21": { worst: ["111"], depth: 10 },
};
const EQ4 = [
  { worst: ["000"], depth: 5 },
  { worst: ["111"], depth: 4 },
];

/** Steps to the first of the worst vectors that is at least as bad in every metric. */
const stepsBelow = (worst: readonly string[], levels: readonly number[]): number => {
  for (const one of worst) {
    const steps = levels.map((level, at) => level - Number(one[at]));
    if (steps.every((step) => step >= 0)) return steps.reduce((sum, step) => sum + step, 0);
  }
  return 0;
};

const levelsOf = (vector: string): Levels | undefined => {
  if (!vector.startsWith("CVSS:4.0/")) return undefined;
  const metrics = metricsOf(vector.split("/").slice(1));
  if (metrics === undefined) return undefined;
  const level = (metric: Metric): number => {
    const value = metrics.get(metric) ?? "";
    return value.length === 1 ? LEVELS[metric].indexOf(value) : -1;
  };
  const levels: Levels = {
    AV: level("AV"),
    AC: level("AC"),
    AT: level("AT"),
    PR: level("PR"),
    UI: level("UI"),
    VC: level("VC"),
    VI: level("VI"),
    VA: level("VA"),
    SC: level("SC"),
    SI: level("SI"),
    SA: level("SA"),
  };
  return Object.values(levels).includes(-1) ? undefined : levels;
};

/**
 * Base score of a CVSS 4.0 vector (CVSS-B), 0 to 10; undefined for anything else. Threat and environmental metrics are left aside: they are their reader's.
 * The macro vector's score, less the mean of how far the vector lies towards the next lower macro vector of each class (specification, 8.2).
 */
export const cvss4Score = (vector: string): number | undefined => {
  const levels = levelsOf(vector);
  if (levels === undefined) return undefined;
  const { AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA } = levels;
  if ([VC, VI, VA, SC, SI, SA].every((level) => level === 2)) return 0;
  const noBarrier = [AV, PR, UI].filter((level) => level === 0).length;
  const eq1 = noBarrier === 3 ? 0 : noBarrier > 0 && AV !== 3 ? 1 : 2;
  const eq2 = AC === 0 && AT === 0 ? 0 : 1;
  const eq36 = VC === 0 && VI === 0 ? "00" : VC === 0 || VI === 0 || VA === 0 ? "10" : "21";
  const eq4 = [SC, SI, SA].includes(0) ? 1 : 2;
  const value = scoreOf(eq1, eq2, eq36, eq4);
  if (value === undefined) return undefined;
  const lower36 = eq36 === "00" ? ["01", "10"] : eq36 === "10" ? ["11"] : [];
  const classes = [
    { class: EQ1[eq1], levels: [AV, PR, UI], lower: scoreOf(eq1 + 1, eq2, eq36, eq4) },
    { class: EQ2[eq2], levels: [AC, AT], lower: scoreOf(eq1, eq2 + 1, eq36, eq4) },
    {
      class: EQ36[eq36],
      levels: [VC, VI, VA],
      lower: lower36.length === 0 ? undefined : Math.max(...lower36.map((one) => scoreOf(eq1, eq2, one, eq4) ?? 0)),
    },
    { class: EQ4[eq4 - 1], levels: [SC, SI, SA], lower: scoreOf(eq1, eq2, eq36, eq4 + 1) },
  ];
  // EQ5 has a lower neighbour always, and no way towards it without threat metrics: it counts in the mean with nothing.
  let [sum, count] = [0, 1];
  for (const { class: one, levels: at, lower } of classes) {
    if (one === undefined || lower === undefined) continue;
    count += 1;
    sum += ((value - lower) * stepsBelow(one.worst, at)) / one.depth;
  }
  // What lies on a half by its numbers must not fall below it by their binary form.
  return Math.round((Math.min(10, Math.max(0, value - sum / count)) + 1e-6) * 10) / 10;
};
