import { formatByteSize } from "../../../core/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const swapLimit = composeRule({
  id: "compose/swap-limit",
  aliases: [],
  item: "resource-limits",
  severity: "warning",
  confidence: "likely",
  summary: "A memory limit says what it means for swap.",
  why: "Without memswap_limit the engine allows as much swap again as memory: a limit of 256 MB is one of 512 MB, and a container that leaks makes the whole host swap before it is killed.",
  source: "https://docs.docker.com/engine/containers/resource_constraints/#--memory-swap-details",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m}}",
      good: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, memswap_limit: 256m}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, memswap_limit: -1}}",
      good: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, memswap_limit: 300m}}",
    },
  ],
  applies: ({ service }) => ((service.spec.resources.memoryBytes ?? 0) > 0 ? true : `${service.name} has no memory limit`),
  proves: () => NOTHING,
  *check({ service }) {
    const { memoryBytes = 0, memorySwapBytes = 0 } = service.spec.resources;
    if (memorySwapBytes > 0) return;
    const limit = formatByteSize(memoryBytes);
    yield {
      at: memorySwapBytes < 0 ? ["memswap_limit"] : ["deploy", "resources", "limits", "memory"],
      message:
        memorySwapBytes < 0
          ? `${service.name} may use any amount of swap beyond its ${limit} of memory`
          : `${service.name} may use ${limit} of swap on top of its ${limit} of memory`,
      advice: "Set memswap_limit to the same size as the memory limit: then there is no swap.",
    };
  },
});
