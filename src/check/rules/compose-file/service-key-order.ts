import { entries } from "../../../source/yaml/index.ts";
import { alphabetical } from "../../compose/alphabetical.ts";
import { outOfOrder } from "../../compose/out-of-order.ts";
import { ownEntries } from "../../compose/reorder.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

/** What runs, what it needs, its data, its settings, its network, how it behaves, what is recorded, as whom. */
const GROUPS: readonly (readonly string[])[] = [
  ["image", "build", "container_name"],
  ["depends_on"],
  ["volumes", "volumes_from", "configs", "secrets"],
  ["environment", "env_file"],
  ["ports", "networks", "network_mode", "extra_hosts"],
  ["command", "entrypoint", "working_dir", "restart", "healthcheck"],
  ["logging", "labels"],
  ["user", "isolation"],
];

export const serviceKeyOrder = composeFileRule({
  id: "compose-file/service-key-order",
  aliases: ["dclint:service-keys-order"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "The keys of each service stand in one order.",
  why: "Services of one file are compared all the time: the same keys at the same place make what differs, and what is missing, visible.",
  source: "https://docs.docker.com/reference/compose-file/services/",
  examples: [
    {
      bad: "services:\n  web:\n    restart: always\n    image: shop/web:1.2.3\n",
      good: "services:\n  web:\n    image: shop/web:1.2.3\n    restart: always\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree, settings }) {
    const order = (settings.compose?.serviceKeyOrder ?? GROUPS).flat();
    const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
    const byRank = (a: string, b: string): number => rank(a) - rank(b) || (order.includes(a) ? 0 : alphabetical(a, b));
    for (const [name, { value: service }] of entries(tree, "services")) {
      if (service.kind !== "mapping") continue;
      const keys = ownEntries(service).map(([key]) => key);
      const complaint = outOfOrder(
        service,
        keys,
        byRank,
        (key, expected) => `${key} of ${name} is out of order: expected ${expected.join(", ")}`,
      );
      if (complaint !== undefined) yield complaint;
    }
  },
});
