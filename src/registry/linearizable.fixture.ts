/** One operation on one register: what it wrote, or what it read. `call` and `back` are moments of one count for all. */
export interface Operation {
  readonly kind: "write" | "read";
  readonly value: string;
  readonly call: number;
  readonly back: number;
}

interface Configuration {
  readonly value: string;
  /** Operations under way that have taken effect already. */
  readonly effective: ReadonlySet<Operation>;
}

const keyOf = ({ value, effective }: Configuration, numbers: ReadonlyMap<Operation, number>): string =>
  `${value}|${[...effective]
    .map((one) => numbers.get(one) ?? 0)
    .sort((a, b) => a - b)
    .join(",")}`;

/**
 * Whether there is an order, one effect at a time between each call and its return, in which every read tells what was written last (Wing and Gong, with the
 * configurations that are still possible kept from return to return). The first operation that fits no order, undefined when all do.
 */
export const firstImpossible = (operations: readonly Operation[], initial: string): Operation | undefined => {
  const numbers = new Map(operations.map((one, at) => [one, at]));
  const moments = operations
    .flatMap((one) => [
      { at: one.call, one, isCall: true },
      { at: one.back, one, isCall: false },
    ])
    .sort((a, b) => a.at - b.at);
  const underWay = new Set<Operation>();
  let possible: readonly Configuration[] = [{ value: initial, effective: new Set() }];
  for (const { one, isCall } of moments) {
    if (isCall) {
      underWay.add(one);
      continue;
    }
    const reached = new Map<string, Configuration>();
    const waiting = [...possible];
    const seen = new Set<string>();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const key = keyOf(next, numbers);
      if (seen.has(key)) continue;
      seen.add(key);
      if (next.effective.has(one)) {
        const effective = new Set([...next.effective].filter((each) => each !== one));
        const rest = { value: next.value, effective };
        reached.set(keyOf(rest, numbers), rest);
        continue;
      }
      for (const each of underWay)
        if (!next.effective.has(each) && (each.kind === "write" || each.value === next.value))
          waiting.push({ value: each.kind === "write" ? each.value : next.value, effective: new Set([...next.effective, each]) });
    }
    underWay.delete(one);
    if (reached.size === 0) return one;
    possible = [...reached.values()];
  }
  return undefined;
};
