/** What a tool's own rules leave out of its report: which, and by what. */
export interface LeftOut {
  readonly id: string;
  /** `ignored`, `fix state`, `VEX: not_affected`. */
  readonly by: string;
  readonly exploited?: boolean;
}

const MAX_NAMED = 5;

const named = (ids: readonly string[]): string =>
  `${ids.slice(0, MAX_NAMED).join(", ")}${ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : ""}`;

/** A sentence on all that was left out, by what, and one on those that nobody should leave out so. */
export const leftOutWords = (tool: string, what: readonly [one: string, several: string], all: readonly LeftOut[]): readonly string[] => {
  if (all.length === 0) return [];
  const by = [...Map.groupBy(all, (one) => one.by)].map(
    ([key, some]) => `${some.length} by ${key} (${named([...new Set(some.map(({ id }) => id))])})`,
  );
  const exploited = [...new Set(all.flatMap((one) => (one.exploited === true ? [one.id] : [])))];
  return [
    `${all.length} ${what[Number(all.length > 1)]} that ${tool}'s own rules leave out: ${by.join(", ")}`,
    ...(exploited.length === 0 ? [] : [`of what ${tool}'s own rules leave out, known to be exploited: ${named(exploited)}`]),
  ];
};
