import { objectRule } from "../../kubernetes/define.ts";
import { spot } from "../../../source/yaml/index.ts";

const NGINX = "nginx.ingress.kubernetes.io/";
/** Annotations that end up in nginx.conf as a URL or a name (CVE-2025-1097, -1098, -24514). */
const COPIED = ["auth-url", "auth-tls-match-cn", "mirror-target", "mirror-host"];
const URL_CHARACTERS = /^[\w:/?#@!$&'()*+,=.~%[\]-]*$/;
const NAME = /^CN=[\w*.\- ]+$/;

/** A program in the controller, or a path to the token it is given. */
const REACHES = /\blua_|_lua\b|_lua_|\bkubernetes\.io\b/;

const isInjection = (key: string, value: string): boolean =>
  key === "auth-tls-match-cn" ? !NAME.test(value) : !URL_CHARACTERS.test(value) || /#;/.test(value);

export const ingressSnippet = objectRule({
  id: "kubernetes/ingress-snippet",
  aliases: ["trivy:KCV-0093", "checkov:CKV_K8S_152", "checkov:CKV_K8S_153", "checkov:CKV_K8S_154"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No annotation of an Ingress writes into nginx's configuration.",
  why: "What stands in a snippet is run by the ingress controller, which may read every secret of the cluster (CVE-2021-25742); what breaks out of a URL annotation is too (CVE-2025-1974).",
  source: "https://kubernetes.github.io/ingress-nginx/faq/",
  kinds: ["Ingress"],
  examples: [
    {
      bad: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    nginx.ingress.kubernetes.io/server-snippet: 'return 200;'\nspec: {ingressClassName: nginx}\n",
      good: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    nginx.ingress.kubernetes.io/auth-url: https://auth.example/check\nspec: {ingressClassName: nginx}\n",
    },
  ],
  *object({ resource: { root, annotations }, name }) {
    for (const [annotation, value] of annotations) {
      const nginx = annotation.startsWith(NGINX);
      const key = nginx ? annotation.slice(NGINX.length) : annotation;
      const at = spot(root, "metadata", "annotations", annotation);
      if (key.includes("snippet")) {
        const reaches = REACHES.test(value);
        const alias = /\balias\b/.test(value);
        yield {
          at,
          ...(nginx ? {} : { confidence: "likely" }),
          message: `${name} writes its own lines into ${nginx ? "nginx" : "the controller"}'s configuration${reaches ? ", with a program or the way to its token among them" : ""}`,
          advice: `Use the annotation made for it, or ConfigMap settings of the controller; ${nginx ? "set allow-snippet-annotations: false" : "turn snippets off there"}.`,
          peers: ["checkov:CKV_K8S_153", ...(reaches ? ["checkov:CKV_K8S_152"] : []), ...(alias ? ["checkov:CKV_K8S_154"] : [])],
        };
      } else if (nginx && COPIED.includes(key) && isInjection(key, value))
        yield {
          at,
          message: `${name} has characters in ${key} that break out of nginx's configuration`,
          advice: "Write a plain URL or name.",
          peers: ["trivy:KCV-0093"],
        };
    }
  },
});
