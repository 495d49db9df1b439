import { type GatePackage, type GateVulnerability, idsOf, type Scanned } from "../subject.ts";
import { reachOf } from "./reach.ts";
import type { VexStatement } from "./statement.ts";

/** What VEX says of a vulnerability in a package. */
export interface VexAnswer {
  /** The newest of those that speak of it, whatever it says. */
  readonly statement?: VexStatement;
  /** What to know where it is not excused: what the newest says, or why those that name it do not apply. */
  readonly notes: readonly string[];
}

/** Of several misses so many are told. */
const MAX_MISSES = 3;

/** Newest first; of one time the higher version of the statement, then of its document. */
const byAge = (a: VexStatement, b: VexStatement): number => {
  const [[a1, a2], [b1, b2]] = [a.versions, b.versions];
  return b.at - a.at || b1 - a1 || b2 - a2;
};

const quoted = (words: string | undefined): string => (words === undefined ? "" : `: ${words.slice(0, 300)}`);

const noteOf = ({ status, place, words, author }: VexStatement): readonly string[] => {
  if (status === "affected") return [`${author} says affected (${place})${quoted(words)}`];
  return status === "under_investigation" ? [`${author} says it is under investigation (${place})${quoted(words)}`] : [];
};

/** Statements by what they name, held against what was scanned. */
export const vexOf = (statements: readonly VexStatement[], { subject, packages }: Pick<Scanned, "subject" | "packages">) => {
  const byId = new Map<string, VexStatement[]>();
  for (const statement of statements)
    for (const id of new Set(statement.ids)) {
      const list = byId.get(id);
      if (list === undefined) byId.set(id, [statement]);
      else list.push(statement);
    }
  const naming = (vulnerability: GateVulnerability): readonly VexStatement[] => [
    ...new Set([...idsOf(vulnerability)].flatMap((id) => byId.get(id) ?? [])),
  ];
  return {
    answer: (vulnerability: GateVulnerability, one: GatePackage): VexAnswer => {
      const reached = naming(vulnerability).map((statement) => ({ statement, reach: reachOf(statement, one, subject, packages) }));
      const [newest] = reached
        .filter(({ reach }) => reach.applies)
        .map(({ statement }) => statement)
        .toSorted(byAge);
      if (newest !== undefined) return { statement: newest, notes: noteOf(newest) };
      const misses = reached
        .flatMap(({ statement, reach }) => (reach.applies ? [] : [{ statement, ...reach }]))
        .toSorted((a, b) => b.closeness - a.closeness);
      const told = misses.slice(0, MAX_MISSES).map(({ statement, because }) => `VEX does not apply (${statement.place}): ${because}`);
      return { notes: misses.length > MAX_MISSES ? [...told, `${misses.length - MAX_MISSES} more statements do not apply`] : told };
    },
    /** Statements that count for nothing. */
    invalid: (): readonly VexStatement[] => statements.filter(({ invalid }) => invalid !== undefined),
  };
};
