import { RATINGS } from "./advisories/advisory.ts";
import type { Vulnerability } from "./scan.ts";

type Ordered = Pick<Vulnerability, "id" | "name" | "severity" | "exploited">;

const rank = ({ severity }: Ordered): number => (severity === undefined ? -1 : RATINGS.indexOf(severity.rating));

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** What is known to be exploited, then the worst; of one package together, the newest first. */
export const worstFirst = (a: Ordered, b: Ordered): number =>
  Number(b.exploited ?? false) - Number(a.exploited ?? false) || rank(b) - rank(a) || byCode(a.name, b.name) || byCode(b.id, a.id);
