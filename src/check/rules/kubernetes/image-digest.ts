import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { imageOf } from "../../kubernetes/images.ts";
import { spot } from "../../../source/yaml/index.ts";

export const imageDigest = containerRule({
  id: "kubernetes/image-digest",
  aliases: ["checkov:CKV_K8S_43"],
  item: "immutable-tags",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "An image is pinned by its digest.",
  why: "A tag can be pushed again, by a mistake or by an intruder; a digest is the image. Only by digest is it known that what was scanned and signed is what runs.",
  source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  examples: [
    {
      bad: inContainer("image: shop/web:1.2.3"),
      good: inContainer("image: shop/web:1.2.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    },
  ],
  holds: "name their images by digest",
  *container({ node, name, container }) {
    if (container.image !== "" && imageOf(container.image).digest === undefined)
      yield {
        at: spot(node, "image"),
        message: `${name} takes ${container.image} by its tag`,
        advice: "Add the digest: NAME:TAG@sha256:...",
      };
  },
});
