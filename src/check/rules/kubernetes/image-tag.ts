import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { imageOf, isMoving } from "../../kubernetes/images.ts";
import { spot } from "../../../source/yaml/index.ts";

const PEERS = ["trivy:KSV-0013", "checkov:CKV_K8S_14", "kubelinter:latest-tag", "kubescore:container-image-tag"];
/** A registry's port counts as a tag to Polaris. */
const isUntagged = (image: string): boolean => !/.:./.test(image) || image.endsWith(":latest");

export const imageTag = containerRule({
  id: "kubernetes/image-tag",
  aliases: [...PEERS, "polaris:tagNotSpecified"],
  item: "immutable-tags",
  severity: "warning",
  confidence: "certain",
  summary: "An image is named by a version or a digest, never by latest.",
  why: "What latest means changes without notice: two pods of one deployment run different programs, and a rollback brings back whatever is latest by then.",
  source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  examples: [
    { bad: inContainer("image: shop/web"), good: inContainer("image: shop/web:1.2.3") },
    {
      bad: inContainer("image: shop/web:latest"),
      good: inContainer("image: shop/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    },
  ],
  holds: "name their images by version or digest",
  *container({ node, name, container }) {
    const image = imageOf(container.image);
    if (image.repository !== "" && isMoving(image))
      yield {
        at: spot(node, "image"),
        message: `${name} takes ${image.tag === undefined ? `${container.image}, which means latest` : container.image}`,
        advice: "Name the version, and in production the digest as well.",
        peers: isUntagged(container.image) ? [...PEERS, "polaris:tagNotSpecified"] : PEERS,
      };
  },
});
