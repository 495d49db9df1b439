import { mountsOf } from "../../compose/mounts.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const PEERS = ["kics:volume_mounted_in_multiple_containers", "dockerbench:5.20"];

export const mountPropagation = composeRule({
  id: "compose/mount-propagation",
  aliases: ["composelint:CL-0017", ...PEERS],
  item: "no-host-access",
  severity: "warning",
  confidence: "certain",
  summary: "What a service mounts inside is not mounted on the host too.",
  why: "With shared propagation a mount made in the container appears on the host, over whatever was there, and outlives the container.",
  source: "https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/srv/data:/data:shared']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/srv/data:/data:rslave']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node, project }) {
    for (const { node: at, propagation, hostPath } of mountsOf(node, project.written))
      if (propagation === "shared" || propagation === "rshared")
        yield {
          at,
          message: `${service.name} shares its mounts below ${hostPath ?? "the folder"} with the host`,
          advice: "Leave the propagation at rprivate; rslave where it must see the host's mounts.",
          ...(propagation === "rshared" ? { peers: PEERS } : {}),
        };
  },
});
