import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { addBelow, replaceValue } from "../../kubernetes/fixes.ts";
import { imageOf } from "../../kubernetes/images.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const pullPolicy = containerRule({
  id: "kubernetes/pull-policy",
  aliases: ["checkov:CKV_K8S_15", "kubescore:container-image-pull-policy", "polaris:pullPolicyNotAlways"],
  item: "registry-hygiene",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A node asks the registry before it starts a container.",
  why: "With IfNotPresent a pod starts from whatever a node has under that name: an image that was pushed again is old on some nodes, and a pod gets a private image that its own credentials would not let it pull.",
  source: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
  examples: [
    {
      bad: inContainer("image: shop/web:1.2.3\nimagePullPolicy: IfNotPresent"),
      good: inContainer("image: shop/web:1.2.3\nimagePullPolicy: Always"),
    },
  ],
  *container({ node, name, container }) {
    const image = imageOf(container.image);
    const written = text(node, "imagePullPolicy");
    if (written === "Always" || image.repository === "") return;
    // The default is Always for no tag and for latest, IfNotPresent for any other; what a digest names is the same everywhere.
    const byTag = written === undefined && (image.tag ?? "latest") === "latest";
    yield {
      at: spot(node, "imagePullPolicy"),
      message: byTag
        ? `${name} leaves it to the name of its image whether the registry is asked`
        : `${name} is started from the node's own copy of ${container.image} when there is one`,
      advice: "Set imagePullPolicy: Always; what has not changed is not pulled again.",
      // Always the stricter one: a node whose registry is out of reach says so, instead of starting what it happens to have.
      ...(written === undefined ? addBelow(node, "image", "imagePullPolicy: Always") : replaceValue(node, "imagePullPolicy", "Always")),
      ...(byTag ? { peers: ["polaris:pullPolicyNotAlways"] } : {}),
      ...(!byTag && written === undefined && image.digest !== undefined
        ? { peers: ["checkov:CKV_K8S_15", "polaris:pullPolicyNotAlways"] }
        : {}),
    };
  },
});
