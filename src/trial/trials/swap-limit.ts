import { formatByteSize } from "../../core/index.ts";
import type { Trial } from "../trial.ts";

const MIB = 1024 * 1024;

export const swapLimit: Trial = {
  id: "swap-limit",
  items: ["resource-limits"],
  level: "quick",
  summary: "Its memory limit is a limit: there is no swap on top of it.",
  why: "Without a word about swap the engine allows as much again: a leak makes the whole host swap for minutes before anything is killed.",
  method: "What the engine made of the service's limits is read back from the container that runs.",
  source: "https://docs.docker.com/engine/containers/resource_constraints/#--memory-swap-details",
  applies: ({ spec }) => (spec.resources.memoryBytes === undefined ? "it has no memory limit" : true),
  run: async (_lab, { running }) => {
    const { config } = await running.state();
    const { Memory: memory = 0, MemorySwap: both = 0 } = config.HostConfig;
    const swap = both < 0 ? Infinity : both === 0 ? memory : both - memory;
    const measured = { memoryBytes: memory, swapBytes: Number.isFinite(swap) ? swap : "unlimited" };
    if (swap === 0) return { state: "proven", because: `${formatByteSize(memory)} and no swap`, measured };
    const words = Number.isFinite(swap) ? `${formatByteSize(swap)} of swap` : "any amount of swap";
    return {
      state: "disproved",
      because: `it may use ${words} on top of its ${formatByteSize(memory)}`,
      measured,
      proposals: [
        { path: ["memswap_limit"], value: memory % MIB === 0 ? `${memory / MIB}M` : `${memory}b`, because: `the engine allowed ${words}` },
      ],
    };
  },
};
