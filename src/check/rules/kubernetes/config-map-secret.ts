import { objectRule } from "../../kubernetes/define.ts";
import { spot, textMap } from "../../../source/yaml/index.ts";
import { secretIn } from "../../../source/secrets/index.ts";

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(.*)$/gm;
/** Left open on purpose: to be filled from the environment or by a template. */
const PLACEHOLDER = /^["']?(?:\$\{?\w|\$\(|\{\{|<)/;

const TELLING = /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|credential|private[-_]?key)/i;
/** How a name must end that only asks for a secret when written otherwise: not `tokenEndpoint`, not `password.policy`. */
const ENDING = /(?:^|_)(?:password|passwd|pwd|passphrase|secret|token|(?:api|private|secret)_?key)$/i;
/** What may stand there is a word: `self.token = read(path)` and `this.token = other;` are programs. */
const WORD = /^(["']?)[^\s"'()[\]{};,]+\1$/;

/** As a variable would be called: `clientSecret`, `client-secret` and `client.secret` are one name. */
const asVariable = (name: string): string => name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").replaceAll(/[.-]/g, "_");

const secretUnder = (name: string, value: string): string | undefined => {
  const plain = asVariable(name);
  return secretIn(name, value) ?? (ENDING.test(plain) && WORD.test(value) ? secretIn(plain, value) : undefined);
};

/** What a value gives away, by the name of its key or of a line in it. */
const secretsIn = (key: string, value: string): string | undefined => {
  const own =
    PLACEHOLDER.test(value.trim()) || value.includes("\n")
      ? undefined
      : (secretIn(key.replace(/[.-]/g, "_"), value) ??
        secretUnder(key, value) ??
        (/^(?:secret_?key|api_?key|password|pwd)$/i.test(key) && !/^(?:[/.]|$)/.test(value.trim())
          ? "a secret, going by its name"
          : undefined));
  if (own !== undefined) return own;
  const whole = secretIn("", value);
  if (whole !== undefined) return whole;
  for (const [, name = "", assigned = ""] of value.matchAll(ASSIGNMENT)) {
    if (PLACEHOLDER.test(assigned.trim()) || !TELLING.test(name)) continue;
    const found = /^(?:this|self)\./.test(name) ? undefined : secretUnder(name, assigned.trim());
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A person's name or address, written down as such. */
const PERSONAL = /(?:^|[^A-Za-z])(?:user-?name|e-?mail)\s*[=:]\s*["']?[^\s"'${<{]/im;

export const configMapSecret = objectRule({
  id: "kubernetes/config-map-secret",
  aliases: ["trivy:KSV-0109", "trivy:KSV-01010", "polaris:sensitiveConfigmapContent"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in a ConfigMap.",
  why: "ConfigMaps are read by everyone who may look at the namespace, are not encrypted at rest, and their manifests are in git.",
  source: "https://kubernetes.io/docs/concepts/configuration/configmap/",
  kinds: ["ConfigMap"],
  examples: [
    {
      bad: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {db_password: hunter2}\n",
      good: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {app.env: 'DB_PASSWORD=${DB_PASSWORD}'}\n",
    },
  ],
  *object({ resource: { root }, name }) {
    for (const [key, value] of textMap(root, "data")) {
      const kind = secretsIn(key, value);
      if (kind !== undefined)
        yield {
          at: spot(root, "data", key),
          message: `${name} holds ${kind} in ${key}`,
          advice: "Move it to a Secret that is not in git, and change it: it has been seen.",
          peers: ["trivy:KSV-0109", "polaris:sensitiveConfigmapContent"],
        };
      if (PERSONAL.test(`${key}: ${value}`))
        yield {
          at: spot(root, "data", key),
          severity: "info",
          confidence: "possible",
          message: `${name} names a user or an e-mail address in ${key}`,
          advice: "Keep it where fewer may read it, if it is a person's or half of a password.",
          peers: ["trivy:KSV-01010"],
        };
    }
  },
});
