import { flag } from "../../../source/yaml/index.ts";
import { composeRule } from "../../rule.ts";

export const readOnlyRoot = composeRule({
  id: "compose/read-only-root",
  aliases: ["composelint:CL-0007", "dockerbench:5.13"],
  item: "read-only-rootfs",
  severity: "warning",
  confidence: "certain",
  summary: "A service runs with a read-only root file system.",
  why: "What a process can write into its own image, an intruder can change, and a restart loses. With a read-only root, everything that is written is declared: a volume, or a tmpfs.",
  source: "https://docs.docker.com/reference/compose-file/services/#read_only",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', read_only: true, tmpfs: [/tmp]}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', read_only: false}}",
      good: "services: {web: {image: 'shop/web:1.2.3', read_only: true}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} runs with a read-only root file system`,
  *check({ service, node }) {
    if (flag(node, "read_only") === true) return;
    yield {
      at: ["read_only"],
      message: `${service.name} can write anywhere in its root file system`,
      advice: "Set read_only: true, and give each directory it writes to a tmpfs or a volume (seaworthy trial finds them).",
    };
  },
});
