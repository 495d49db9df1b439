import { formatRateLimit, type RateLimit } from "../image/index.ts";
import type { Context } from "./context.ts";

/** Says on stderr, once a registry, that a tenth or less is left of the pulls it allows. */
export const rateLimitNote = ({ process }: Pick<Context, "process">): ((limit: RateLimit) => void) => {
  const said = new Set<string>();
  return (limit) => {
    if (limit.remaining * 10 > limit.limit || said.has(limit.registry)) return;
    said.add(limit.registry);
    process.stderr.write(`  ${limit.registry}: ${formatRateLimit(limit)}\n`);
  };
};
