import { metricsOf } from "./vector.ts";

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
};

/** Base score of a CVSS 2 vector, 0 to 10 (first.org/cvss/v2/guide, 3.2.1); undefined for anything else. */
export const cvss2Score = (vector: string): number | undefined => {
  const metrics = metricsOf(
    vector
      .replace(/^\((.*)\)$/, "$1")
      .replace(/^CVSS:2\.0\//, "")
      .split("/"),
  );
  if (metrics === undefined) return undefined;
  const weights = Object.entries(WEIGHTS).map(([metric, values]) => values[metrics.get(metric) ?? ""]);
  const [reach, complexity, authentication, c, i, a] = weights;
  if (
    reach === undefined ||
    complexity === undefined ||
    authentication === undefined ||
    c === undefined ||
    i === undefined ||
    a === undefined
  )
    return undefined;
  const impact = 10.41 * (1 - (1 - c) * (1 - i) * (1 - a));
  if (impact === 0) return 0;
  const exploitability = 20 * reach * complexity * authentication;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10;
};
