import { entries, get, text } from "../../../source/yaml/index.ts";
import { alphabetical } from "../../compose/alphabetical.ts";
import { outOfOrder } from "../../compose/out-of-order.ts";
import { ownEntries } from "../../compose/reorder.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

export const dependencyOrder = composeFileRule({
  id: "compose-file/dependency-order",
  aliases: ["dclint:service-dependencies-alphabetical-order"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "What a service depends on stands in alphabetical order.",
  why: "The order says nothing to Compose, which starts all of them before the service; an order that looks like a sequence misleads.",
  source: "https://docs.docker.com/reference/compose-file/services/#depends_on",
  examples: [
    {
      bad: "services:\n  web:\n    image: shop/web:1.2.3\n    depends_on:\n      - redis\n      - db\n  db: {image: 'shop/db:1.2.3'}\n  redis: {image: 'shop/redis:1.2.3'}\n",
      good: "services:\n  web:\n    image: shop/web:1.2.3\n    depends_on:\n      - db\n      - redis\n  db: {image: 'shop/db:1.2.3'}\n  redis: {image: 'shop/redis:1.2.3'}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree }) {
    for (const [name, { value: service }] of entries(tree, "services")) {
      const needs = get(service, "depends_on");
      if (needs === undefined || needs.kind === "scalar") continue;
      const keys = needs.kind === "mapping" ? ownEntries(needs).map(([key]) => key) : needs.items.map((item) => text(item) ?? "");
      const complaint = outOfOrder(needs, keys, alphabetical, (key) => `${key}, on which ${name} depends, is not in alphabetical order`);
      if (complaint !== undefined) yield complaint;
    }
  },
});
