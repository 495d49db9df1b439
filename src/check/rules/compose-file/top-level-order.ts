import { ownEntries } from "../../compose/reorder.ts";
import { alphabetical } from "../../compose/alphabetical.ts";
import { outOfOrder } from "../../compose/out-of-order.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

/** Extensions first, as their anchors are used below. */
const ORDER = ["x-", "version", "name", "include", "services", "networks", "volumes", "secrets", "configs"];

export const topLevelOrder = composeFileRule({
  id: "compose-file/top-level-order",
  aliases: ["dclint:top-level-properties-order"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "The keys at the top stand in the usual order.",
  why: "A reader looks for the services first and for networks, volumes and secrets below; in files of one order nothing is overlooked, and two of them can be compared.",
  source: "https://docs.docker.com/reference/compose-file/",
  examples: [
    {
      bad: "volumes:\n  data: {}\nservices:\n  web: {image: 'shop/web:1.2.3'}\n",
      good: "services:\n  web: {image: 'shop/web:1.2.3'}\nvolumes:\n  data: {}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree, settings }) {
    const order = (settings.compose?.topLevelOrder ?? ORDER).map((key) => (key === "x-properties" ? "x-" : key));
    const rank = (key: string): number => {
      const found = order.indexOf(key.startsWith("x-") ? "x-" : key);
      return found < 0 ? order.length : found;
    };
    const keys = ownEntries(tree).map(([key]) => key);
    const byRank = (a: string, b: string): number =>
      rank(a) - rank(b) || (a.startsWith("x-") && b.startsWith("x-") ? alphabetical(a, b) : 0);
    const complaint = outOfOrder(tree, keys, byRank, (key, expected) => `${key} is out of order: expected ${expected.join(", ")}`);
    if (complaint !== undefined) yield complaint;
  },
});
