import { entries, get } from "../../../source/yaml/index.ts";
import { portsOf } from "../../compose/ports.ts";
import { numerical } from "../../compose/alphabetical.ts";
import { outOfOrder } from "../../compose/out-of-order.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

export const portOrder = composeFileRule({
  id: "compose-file/port-order",
  aliases: ["dclint:service-ports-alphabetical-order"],
  item: "narrow-ports",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "The ports of a service stand in the order of their numbers.",
  why: "What is open to the host is read by people who look for one number; a port that is there twice or should not be there shows in a sorted list.",
  source: "https://docs.docker.com/reference/compose-file/services/#ports",
  examples: [
    {
      bad: 'services:\n  web:\n    image: shop/web:1.2.3\n    ports:\n      - "127.0.0.1:8443:443"\n      - "127.0.0.1:8080:80"\n',
      good: 'services:\n  web:\n    image: shop/web:1.2.3\n    ports:\n      - "127.0.0.1:8080:80"\n      - "127.0.0.1:8443:443"\n',
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree }) {
    for (const [name, { value: service }] of entries(tree, "services")) {
      const list = get(service, "ports");
      if (list?.kind !== "sequence") continue;
      const known = new Map(portsOf(service).map((port) => [port.node, port.published]));
      // Without a number on the host, what is only a port of the container counts as that, and all else comes first.
      const keys = list.items.map((item) => known.get(item) ?? (item.kind === "scalar" && !item.text.includes(":") ? item.text : ""));
      const complaint = outOfOrder(list, keys, numerical, (port) =>
        port === "" ? `a port of ${name} without a number on the host is out of order` : `the port ${port} of ${name} is out of order`,
      );
      if (complaint !== undefined) yield complaint;
    }
  },
});
