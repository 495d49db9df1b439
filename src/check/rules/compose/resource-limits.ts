import { has, number, text } from "../../../source/yaml/index.ts";
import { composeRule } from "../../rule.ts";

const PEERS = {
  memory: ["composelint:CL-0026", "kics:memory_not_limited", "dockerbench:5.11"],
  cpus: ["composelint:CL-0026", "kics:cpus_not_limited", "dockerbench:5.12"],
  pids: ["kics:pids_limit_not_set", "dockerbench:5.29"],
} as const;

const EXAMPLE = { memory: "memory: 256M", cpus: 'cpus: "1.0"', pids: "pids: 100" } as const;

export const resourceLimits = composeRule({
  id: "compose/resource-limits",
  aliases: [...new Set(Object.values(PEERS).flat())],
  item: "resource-limits",
  severity: "warning",
  confidence: "certain",
  summary: "A service's memory, CPU and processes are limited.",
  why: "A leak in one container takes the memory of all, and the kernel then kills whichever it likes. A limit makes it that container's own problem; a pids limit does the same for a fork bomb.",
  source: "https://docs.docker.com/reference/compose-file/deploy/#resources",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, cpus: 1, pids_limit: 100}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, cpus: 1}}",
      good: "services: {web: {image: 'shop/web:1.2.3', deploy: {resources: {limits: {memory: 256m, cpus: '1.0', pids: 100}}}}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} is limited in memory, CPU and processes`,
  *check({ service, node }) {
    const { memoryBytes, cpus, pids } = service.spec.resources;
    // A limit that hangs on a variable is one all the same.
    const unknown = (...path: readonly string[]): boolean => has(node, ...path) && text(node, ...path)?.trim() === "";
    const set = {
      memory: (memoryBytes ?? 0) > 0 || unknown("mem_limit") || unknown("deploy", "resources", "limits", "memory"),
      cpus: (cpus ?? 0) > 0 || (number(node, "cpu_quota") ?? 0) > 0 || unknown("cpus") || unknown("deploy", "resources", "limits", "cpus"),
      // The engine takes 0 and -1 for "no limit".
      pids: (pids ?? 0) > 0 || unknown("pids_limit") || unknown("deploy", "resources", "limits", "pids"),
    };
    const missing = (["memory", "cpus", "pids"] as const).filter((one) => !set[one]);
    if (missing.length === 0) return;
    yield {
      at: ["deploy", "resources", "limits"],
      message: `${service.name} has no limit for ${missing.join(", ")}`,
      advice: `Set deploy.resources.limits: {${missing.map((one) => EXAMPLE[one]).join(", ")}}; seaworthy trial measures what it uses.`,
      peers: missing.flatMap((one) => PEERS[one]),
    };
  },
});
