import { parseByteSize } from "../../core/index.ts";
import type { ContainerSpec } from "../../project/index.ts";
import type { Proposal } from "../trial.ts";

/** A proposal with what has to change along with it, all or none. */
export interface Wish extends Proposal {
  readonly along: readonly Pick<Proposal, "path" | "value">[];
}

const isAt = (proposal: Pick<Proposal, "path">, name: string): boolean => proposal.path.join(".") === name;
const SWAP = ["memswap_limit"] as const;
const MEMORY = "deploy.resources.limits.memory";
const most = (sizes: readonly number[]): number => Math.max(0, ...sizes);
const sizeOf = ({ value }: Proposal): number => parseByteSize(String(value));

/**
 * What trials propose, each by itself, brought to agree: memory_swap counts memory and swap together, so it goes up with the memory that is allowed.
 */
export const settle = (proposals: readonly Proposal[], { resources }: Pick<ContainerSpec, "resources">): readonly Wish[] => {
  const memory = proposals.filter((one) => isAt(one, MEMORY)).toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
  const bytes = most([resources.memoryBytes ?? 0, ...(memory === undefined ? [] : [sizeOf(memory)])]);
  const { memorySwapBytes: swap = 0 } = resources;
  return proposals
    .filter((one) => !isAt(one, MEMORY) || one === memory)
    .map((one) => {
      if (one === memory && swap > 0 && swap < bytes) return { ...one, along: [{ path: SWAP, value: one.value }] };
      return { ...one, ...(isAt(one, SWAP[0]) && sizeOf(one) < bytes && memory !== undefined ? { value: memory.value } : {}), along: [] };
    });
};
