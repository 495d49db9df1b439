import { secretIn, secretValueIn } from "./value.ts";

const PLACEHOLDER =
  /example|change_?-?me|placeholder|dummy|sample|your[-_ ]|xxxx|\*{3}|^[<$%#{]|\$\{|\{\{|^(?:password|passwd|pass|secret|postgres|root|admin|user|test|guest|mysql|redis|app|dev)$/i;
const OWN_HOST = /@(?:localhost|127\.|\[?::1|0\.0\.0\.0|host\.docker\.internal|[\w-]+[:/]|[\w-]+$)/;

const KEY_BODY = /PRIVATE KEY-----(?:\\n|[\s"'+,])*[A-Za-z0-9+/=]{40}/;

const ASSIGNED = /["']?([A-Za-z_][\w.-]{2,60})["']?[ \t]*(?:=>|:=|[:=])[ \t]*["']?([A-Za-z0-9+/=_.~-]{20,200})["']?(?=[\s,;)}\]]|$)/g;

/** Bits for each letter: what people write stays below 3.5, random letters and digits above. */
const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
};

/** How often two letters next to each other are of different kinds; words in camel case stay below a third. */
const changesOf = (text: string): number => {
  const kinds = Array.from(text, (letter) => (/\d/.test(letter) ? 0 : /[a-z]/.test(letter) ? 1 : /[A-Z]/.test(letter) ? 2 : 3));
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / text.length;
};

const isRandom = (text: string): boolean => {
  if (/^[\da-f]+$/i.test(text)) return text.length >= 32 && entropyOf(text) > 3;
  return (
    /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && !/\.\w+\./.test(text) && changesOf(text) > 0.4 && entropyOf(text) > 3.7
  );
};

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[.-]/g, "_");

/** The first secret that a text holds: its line, counted from 1, and what it is, in words that do not give it away. */
export const secretInText = (text: string): { readonly line: number; readonly what: string; readonly isSure: boolean } | undefined => {
  if (text.includes("\0")) return undefined;
  const lines = text.split("\n");
  for (const [index, written] of lines.entries()) {
    const line = written.slice(0, 2000);
    const what = secretValueIn(line);
    if (what === "a private key") {
      // A program that looks for keys, or writes one, names the first line alone.
      if (KEY_BODY.test(`${line}\n${lines[index + 1] ?? ""}`)) return { line: index + 1, what, isSure: true };
    } else if (what === "a connection string with a password") {
      const [, password = "", rest = ""] = /:\/\/[^\s/:@]*:([^\s/@]+)(@\S*)/.exec(line) ?? [];
      if (!PLACEHOLDER.test(password) && !OWN_HOST.test(rest)) return { line: index + 1, what, isSure: false };
    } else if (what !== undefined && !/EXAMPLE|xxxx|\.\.\./.test(line)) return { line: index + 1, what, isSure: true };
    for (const [, name = "", value = ""] of line.matchAll(ASSIGNED))
      if (isRandom(value) && !PLACEHOLDER.test(value) && secretIn(snake(name), value) !== undefined)
        return { line: index + 1, what: `${name}, which looks random and is called a secret`, isSure: false };
  }
  return undefined;
};
