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
const sizeOf = ({ value }: Proposal): number => parseByteSize(String(value));

const MIB = 1024 * 1024;
const sizeText = (bytes: number): string => (bytes % MIB === 0 ? `${bytes / MIB}M` : `${bytes}b`);

/**
 * What a trial proposes, brought to agree with itself and with what is written: memswap_limit counts memory and swap together, so it goes up with the memory
 * that is allowed.
 */
export const settle = (proposals: readonly Proposal[], { resources }: Pick<ContainerSpec, "resources">): readonly Wish[] => {
  const { memoryBytes = 0, memorySwapBytes = 0 } = resources;
  const bytes = Math.max(memoryBytes, ...proposals.filter((one) => isAt(one, MEMORY)).map(sizeOf));
  return proposals.map((one) => {
    if (isAt(one, MEMORY) && memorySwapBytes > 0 && memorySwapBytes < sizeOf(one))
      return { ...one, along: [{ path: SWAP, value: one.value }] };
    return { ...one, ...(isAt(one, SWAP[0]) && sizeOf(one) < bytes ? { value: sizeText(bytes) } : {}), along: [] };
  });
};
