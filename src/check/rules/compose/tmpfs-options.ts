import { items, text } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const WEAKER = ["exec", "suid", "dev"];

export const tmpfsOptions = composeRule({
  id: "compose/tmpfs-options",
  aliases: ["composelint:CL-0022"],
  item: "read-only-rootfs",
  severity: "warning",
  confidence: "certain",
  summary: "A tmpfs keeps noexec, nosuid and nodev.",
  why: "The engine mounts a tmpfs so that nothing in it can be executed. With exec it is the one place where an intruder can put a program and run it, under a root that is otherwise read-only.",
  source: "https://docs.docker.com/engine/storage/tmpfs/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', tmpfs: ['/tmp:size=64m,exec']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', tmpfs: ['/tmp:size=64m,noexec']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const item of items(node, "tmpfs")) {
      const [path = "", ...rest] = (text(item) ?? "").split(":");
      const options = rest.join(":").split(",");
      const weaker = WEAKER.filter((option) => options.some((one) => one.trim() === option));
      if (weaker.length > 0)
        yield {
          at: item,
          message: `${service.name} mounts the tmpfs ${path} with ${weaker.join(", ")}`,
          advice: `Leave ${weaker.join(", ")} out, unless the program runs what it writes there.`,
        };
    }
  },
});
