import { get } from "../../../source/yaml/index.ts";
import { alphabetical } from "../../compose/alphabetical.ts";
import { outOfOrder } from "../../compose/out-of-order.ts";
import { ownEntries } from "../../compose/reorder.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

export const serviceOrder = composeFileRule({
  id: "compose-file/service-order",
  aliases: ["dclint:services-alphabetical-order"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "Services stand in alphabetical order.",
  why: "In a long file a service is found by its name; two people who add one each put it in different places, so that their changes do not meet.",
  source: "https://docs.docker.com/reference/compose-file/services/",
  examples: [
    {
      bad: "services:\n  web: {image: 'shop/web:1.2.3'}\n  db: {image: 'shop/db:1.2.3'}\n",
      good: "services:\n  db: {image: 'shop/db:1.2.3'}\n  web: {image: 'shop/web:1.2.3'}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree }) {
    const services = get(tree, "services");
    if (services?.kind !== "mapping") return;
    const names = ownEntries(services).map(([name]) => name);
    const complaint = outOfOrder(services, names, alphabetical, (name) => `the service ${name} is not in alphabetical order`);
    if (complaint !== undefined) yield complaint;
  },
});
