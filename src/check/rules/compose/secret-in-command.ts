import type { ComposeNode } from "../../../source/index.ts";
import { get } from "../../../source/yaml/index.ts";
import { passwordInUrl } from "../../compose/credentials.ts";
import { knownText, UNKNOWN } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";
import { secretValueIn } from "../../../source/secrets/index.ts";

/** Options whose value is a credential, by the names that servers give them. */
const OPTION = /^--?(?:[\w-]*-)?(?:password|passwd|requirepass|masterauth|pass|secret|token|api-?key|secret-?key)$/i;
const HARMLESS = /^(?:|-.*|\/.*|\$.*|true|false|yes|no)$/i;

interface Word {
  readonly text: string;
  readonly node: ComposeNode;
}

/** The words as they are written: items of a list, or those of a line. */
const wordsOf = (service: ComposeNode, key: "command" | "entrypoint"): readonly Word[] => {
  const node = get(service, key);
  if (node === undefined) return [];
  if (node.kind === "sequence") return node.items.map((item) => ({ text: item.kind === "scalar" ? knownText(item) : "", node: item }));
  return node.kind === "scalar" && node.value !== null
    ? knownText(node)
        .split(/\s+/)
        .map((text) => ({ text: text.replace(/^(["'])(.*)\1$/, "$2"), node }))
    : [];
};

const isCredential = (value: string): boolean => !value.includes(UNKNOWN) && !value.includes("$") && !HARMLESS.test(value);

const what = ({ text }: Word, next: Word | undefined): string | undefined => {
  const known = text.includes(UNKNOWN) && passwordInUrl(text) === undefined ? undefined : secretValueIn(text.replaceAll(UNKNOWN, ""));
  if (known !== undefined) return known;
  const [option = "", value] = text.split(/=(.*)/s, 2);
  if (!OPTION.test(option)) return undefined;
  return isCredential(value ?? next?.text ?? "") ? `a credential behind ${option}` : undefined;
};

export const secretInCommand = composeRule({
  id: "compose/secret-in-command",
  aliases: [],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in a service's command.",
  why: "Arguments are shown by ps to every user of the host and by docker inspect; what is written in the file is in git for ever.",
  source: "https://docs.docker.com/compose/how-tos/use-secrets/",
  examples: [
    {
      bad: "services: {cache: {image: 'redis:7.4.1', command: redis-server --requirepass hunter2}}",
      good: "services: {cache: {image: 'redis:7.4.1', command: 'redis-server /run/secrets/redis.conf'}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', command: [serve, --api-key=abcdef123456]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', command: [serve, '--api-key=$${API_KEY}', --token, '${TOKEN:?}', --password, /run/secrets/pw]}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const key of ["command", "entrypoint"] as const) {
      const words = wordsOf(node, key);
      for (const [index, word] of words.entries()) {
        const secret = what(word, words[index + 1]);
        if (secret === undefined) continue;
        yield {
          at: word.node,
          message: `the ${key} of ${service.name} holds ${secret}`,
          advice: "Revoke it, and give the new one as a secret, in a file that the program reads.",
        };
        break;
      }
    }
  },
});
