import { containerRule } from "../../kubernetes/define.ts";
import { imageOf, registryOf } from "../../kubernetes/images.ts";
import { spot, texts } from "../../../source/yaml/index.ts";

/** `myregistry.io` as a prefix also lets in myregistry.io.evil.example; with a path or a closing slash it does not. */
const isLoosePrefix = (repository: string): boolean => {
  if (repository.endsWith("/")) return false;
  const [host = "", ...path] = repository.split("/");
  return !(host.includes(".") || host.includes(":")) || path.length < 2;
};

export const trustedRegistry = containerRule({
  id: "kubernetes/trusted-registry",
  aliases: ["trivy:KSV-0125", "trivy:KSV-0124"],
  item: "registry-hygiene",
  severity: "warning",
  confidence: "certain",
  summary: "Images come from the registries that are trusted, where a policy names them it names them exactly.",
  why: "An image from elsewhere was scanned and signed by nobody here. A prefix without a closing slash trusts every name that begins with it.",
  source: "https://open-policy-agent.github.io/gatekeeper-library/website/validation/allowedrepos/",
  examples: [
    {
      bad: "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sAllowedRepos\nmetadata: {name: repos}\nspec: {parameters: {repos: [registry.example]}}\n",
      good: "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sAllowedRepos\nmetadata: {name: repos}\nspec: {parameters: {repos: [registry.example/]}}\n",
    },
  ],
  policies: {
    *K8sAllowedRepos({ resource, name }) {
      for (const [index, repository] of texts(resource.root, "spec", "parameters", "repos").entries())
        if (isLoosePrefix(repository))
          yield {
            at: spot(resource.root, "spec", "parameters", "repos", index),
            message: `${name} lets in every image whose name begins with ${repository}`,
            advice: `Write ${repository}/, with the registry's host before it.`,
            peers: ["trivy:KSV-0124"],
          };
    },
  },
  *container({ node, name, container, subject }) {
    const trusted = subject.settings.trustedRegistries;
    const image = imageOf(container.image);
    if (trusted === undefined || trusted.includes("*") || image.repository === "") return;
    const registry = registryOf(image);
    const full =
      registry === "docker.io" && !image.repository.startsWith("docker.io/") ? `docker.io/${image.repository}` : image.repository;
    if (trusted.some((one) => full === one || full.startsWith(`${one.replace(/\/$/, "")}/`))) return;
    yield {
      at: spot(node, "image"),
      message: `${name} takes its image from ${registry}, which is not trusted here`,
      advice: `Push it to one of ${trusted.join(", ")} and name it from there.`,
      peers: ["trivy:KSV-0125"],
    };
  },
});
