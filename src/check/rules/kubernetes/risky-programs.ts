import { inContainer } from "../../kubernetes/examples.ts";
import { head, items, spot, text, textMap, texts } from "../../../source/yaml/index.ts";
import type { Resource } from "../../../source/kubernetes/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

/** Whether any of its names holds the word: `mytiller` does, and so does `distiller`. */
const namesTiller = ({ name, labels, pod }: Resource): boolean =>
  name.includes("tiller") ||
  [labels.get("app"), pod?.labels.get("app")].some((app) => app === "helm" || app === "tiller") ||
  pod?.containers.some(({ image }) => image.includes("tiller")) === true;

const isTiller = ({ name, labels, pod }: Resource): boolean =>
  /(?:^|-)tiller(?:-|$)/.test(name) ||
  labels.get("app") === "tiller" ||
  labels.get("name") === "tiller" ||
  pod?.labels.get("name") === "tiller" ||
  pod?.containers.some(({ image }) => /(?:^|[/-])tiller(?:[-:@]|$)/.test(image)) === true;

/** As Checkov asks of a Service: the word anywhere, in any case. */
const leadsToTiller = ({ name, labels, root }: Resource): boolean =>
  [name, ...labels.values(), ...textMap(root, "spec", "selector").values()].some((one) => /tiller/i.test(one));

const isDashboard = ({ labels, pod }: Resource): boolean =>
  [labels.get("app"), labels.get("k8s-app"), pod?.labels.get("app"), pod?.labels.get("k8s-app")].includes("kubernetes-dashboard") ||
  pod?.containers.some(({ image }) => /kubernetes-?ui\/dashboard|kubernetes-dashboard/.test(image)) === true;

/** Whether Tiller listens to other pods: on all addresses, unless told to listen on loopback. */
const listens = ({ pod }: Resource): boolean =>
  pod?.containers.some(({ node, image }) => {
    const words = [...texts(node, "args"), ...texts(node, "command")];
    const address = words.map((word) => /^--listen[= ](.*)$/.exec(word)?.[1]).find((one) => one !== undefined);
    const tiller = /tiller/.test(image) || words.some((word) => /tiller/.test(word)) || address !== undefined;
    return tiller && !/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(address ?? "");
  }) === true;

/** Settings of git-sync that it puts into a shell's hands (Akamai, 2024). */
const DANGEROUS = ["GITSYNC_GIT", "GITSYNC_ASKPASS_URL", "GITSYNC_PASSWORD_FILE", "GIT_SYNC_GIT"];

export const riskyPrograms = kubernetesRule({
  id: "kubernetes/risky-programs",
  aliases: [
    "trivy:KSV-0102",
    "checkov:CKV_K8S_34",
    "checkov:CKV_K8S_44",
    "checkov:CKV_K8S_45",
    "checkov:CKV_K8S_33",
    "checkov:CKV_K8S_159",
  ],
  item: "no-host-access",
  severity: "error",
  confidence: "likely",
  summary: "Neither Tiller, nor the dashboard, nor a git-sync with a program of its own is deployed.",
  why: "Tiller is cluster-admin for whoever reaches its port, the dashboard has been the way into many a cluster, and git-sync runs what GITSYNC_GIT names.",
  source: "https://helm.sh/docs/faq/changes_since_helm2/#removal-of-tiller",
  examples: [
    { bad: inContainer("image: ghcr.io/helm/tiller:v2.17.0"), good: inContainer("image: shop/web:1.2.3") },
    {
      bad: inContainer("image: registry.k8s.io/git-sync/git-sync:v4.2.4\nenv: [{name: GITSYNC_GIT, value: /tmp/payload}]"),
      good: inContainer("image: registry.k8s.io/git-sync/git-sync:v4.2.4\nenv: [{name: GITSYNC_REPO, value: 'https://git.example/shop'}]"),
    },
  ],
  applies: ({ resource, name }) => resource.pod !== undefined || resource.kind === "Service" || `${name} runs nothing`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    const { pod, root, spot: at } = resource;
    const sure = isTiller(resource);
    if (pod !== undefined && (sure || namesTiller(resource)))
      yield {
        at,
        ...(sure ? {} : { severity: "info", confidence: "possible" }),
        message: `${name} ${sure ? "is Tiller" : "is called like Tiller"}, which is cluster-admin for whoever reaches it`,
        advice: "Use Helm 3 or later, which has none.",
        peers: ["trivy:KSV-0102", "checkov:CKV_K8S_34", ...(listens(resource) ? ["checkov:CKV_K8S_45"] : [])],
      };
    if (resource.kind === "Service" && leadsToTiller(resource))
      yield {
        at,
        ...(sure || [...textMap(root, "spec", "selector").values()].includes("tiller") ? {} : { severity: "info", confidence: "possible" }),
        message: `${name} makes Tiller reachable`,
        advice: "Use Helm 3 or later, which has none.",
        peers: ["checkov:CKV_K8S_44"],
      };
    if (pod !== undefined && isDashboard(resource))
      yield {
        at,
        severity: "warning",
        message: `${name} is the Kubernetes dashboard`,
        advice: "Remove it, or keep it off the network and give it no rights of its own.",
        peers: ["checkov:CKV_K8S_33"],
      };
    for (const { node, image } of pod?.containers ?? []) {
      const isSync = image.includes("git-sync");
      for (const variable of items(node, "env")) {
        const key = text(variable, "name") ?? "";
        // GITSYNC_GIT tells git-sync by itself, whatever its image is called.
        if (key === "GITSYNC_GIT" || (isSync && DANGEROUS.includes(key)))
          yield {
            at: head(variable),
            message: `${name} lets git-sync run ${text(variable, "value") ?? "a program of its own"}`,
            advice: `Remove ${key}.`,
            peers: ["checkov:CKV_K8S_159"],
          };
      }
      if (isSync && texts(node, "args").some((word) => /^--?(?:git|askpass-url|password-file)(?:=|$)/.test(word)))
        yield {
          at: spot(node, "args"),
          message: `${name} lets git-sync run a program of its own`,
          advice: "Remove --git and the like.",
          peers: ["checkov:CKV_K8S_159"],
        };
    }
  },
});
