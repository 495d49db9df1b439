import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { imageOf, registryOf } from "../../kubernetes/images.ts";
import { spot } from "../../../source/yaml/index.ts";

/** Where each registry's images begin, as one cloud's own rule wants them. */
const CLOUDS: readonly (readonly [string, RegExp])[] = [
  ["trivy:KSV-0032", /(?:^|\.)azurecr\.io$/],
  ["trivy:KSV-0033", /(?:^|\.)gcr\.io$/],
  ["trivy:KSV-0035", /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$|^public\.ecr\.aws$/],
];

export const cloudRegistry = containerRule({
  id: "kubernetes/cloud-registry",
  aliases: ["trivy:KSV-0032", "trivy:KSV-0033", "trivy:KSV-0034", "trivy:KSV-0035"],
  item: "registry-hygiene",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "Images come from a registry of one's own cloud, not from a public one.",
  why: "A public registry limits pulls, removes images and answers when it can. A registry beside the cluster is scanned, paid for and within reach when the internet is not.",
  source: "https://kubernetes.io/docs/concepts/containers/images/#using-a-private-registry",
  examples: [
    {
      bad: inContainer("image: web:1.2.3"),
      good: inContainer("image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.2.3"),
    },
  ],
  *container({ node, name, container }) {
    const image = imageOf(container.image);
    if (image.repository === "") return;
    const registry = registryOf(image);
    const own = CLOUDS.find(([, hosts]) => hosts.test(registry))?.[0];
    const others = CLOUDS.map(([alias]) => alias).filter((alias) => alias !== own);
    const isPublic = ["docker.io", "quay.io", "ghcr.io"].includes(registry);
    if (isPublic)
      yield {
        at: spot(node, "image"),
        message: `${name} takes its image from ${registry}`,
        advice: "Copy it to your own registry, or pull through a cache of your own.",
        peers: [...others, ...(registry === "docker.io" ? ["trivy:KSV-0034"] : [])],
      };
  },
});
