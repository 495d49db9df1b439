import { formIn, nextForm } from "./forms.ts";
import { secretIn } from "./value.ts";

const PLACEHOLDER =
  /example|change_?-?me|placeholder|dummy|sample|your[-_ ]|xxxx|\*{3}|^[<$%#{]|\$\{|\{\{|^(?:password|passwd|pass|secret|postgres|root|admin|user|test|guest|mysql|redis|app|dev)$/i;
/** What people write where a secret would stand. */
export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value);

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

/** A secret in a text, in words that do not give it away. */
export interface SecretInText {
  /** What a waiver names behind `secret:`. */
  readonly rule: string;
  readonly what: string;
  /** From 1. */
  readonly line: number;
  /** By its form; else by what it is called, or where it stands, and that it looks random. */
  readonly isSure: boolean;
}

/** Longer lines are data or what a bundler made: their beginning is looked at. */
const MAX_LINE = 2000;
const MADE_UP = /EXAMPLE|x{4}|X{4}|\.\.\./;
/** The token that jwt.io shows, and every tutorial with it. */
const TUTORIAL = "eyJzdWIiOiIxMjM0NTY3ODkw";

const inLine = (line: string, next: string, number: number): SecretInText | undefined => {
  const form = formIn(line);
  if (form?.id === "private-key")
    // A program that looks for keys, or writes one, names the first line alone.
    return KEY_BODY.test(`${line}\n${next}`) ? { rule: form.id, what: form.what, line: number, isSure: true } : undefined;
  if (form?.id === "url-password") {
    const [, password = "", rest = ""] = /:\/\/[^\s/:@]*:([^\s/@]+)(@\S*)/.exec(line) ?? [];
    if (!isPlaceholder(password) && !OWN_HOST.test(rest)) return { rule: form.id, what: form.what, line: number, isSure: false };
  } else if (form !== undefined) {
    const [found = ""] = form.pattern.exec(line) ?? [];
    const isMadeUp = MADE_UP.test(line) || line.includes(TUTORIAL) || entropyOf(found) < 2.5;
    if (!isMadeUp) return { rule: form.id, what: form.what, line: number, isSure: form.often === undefined };
  }
  if (!line.includes("=") && !line.includes(":")) return undefined;
  for (const [, name = "", value = ""] of line.matchAll(ASSIGNED))
    if (isRandom(value) && !isPlaceholder(value) && secretIn(snake(name), value) !== undefined)
      return { rule: "assigned-secret", what: `${name}, which looks random and is called a secret`, line: number, isSure: false };
  return undefined;
};

/** Names that ask for a secret, as far as they can be told before they are looked at. */
const NAMED = /passw|pword|pgpass|_psw|secret|token|credential|auth|key/gi;

/** Begin and end of each line that a secret may stand in, in order: most lines of most texts are passed over. */
function* candidates(text: string): Generator<readonly [start: number, end: number], void, undefined> {
  for (let at = 0, mark = -1, name = -1; ;) {
    if (mark < at) mark = nextForm(text, at);
    if (name < at) {
      NAMED.lastIndex = at;
      name = NAMED.exec(text)?.index ?? text.length;
    }
    const next = Math.min(mark, name);
    if (next >= text.length) return;
    const start = text.lastIndexOf("\n", next) + 1;
    const stop = text.indexOf("\n", next);
    const end = stop < 0 ? text.length : stop;
    yield [start, end];
    at = end + 1;
  }
}

/** Secrets that a text holds, at most one a line. Nothing in what is no text. */
export function* secretsInText(text: string): Generator<SecretInText, void, undefined> {
  if (text.includes("\0")) return;
  let [line, counted] = [1, 0];
  for (const [start, end] of candidates(text)) {
    for (let at = text.indexOf("\n", counted); at >= 0 && at < start; at = text.indexOf("\n", at + 1)) line += 1;
    counted = start;
    const found = inLine(
      text.slice(start, Math.min(end, start + MAX_LINE)),
      text.slice(end + 1, end + 1 + MAX_LINE).split("\n", 1)[0] ?? "",
      line,
    );
    if (found !== undefined) yield found;
  }
}

/** The first secret that a text holds. */
export const secretInText = (text: string): SecretInText | undefined => secretsInText(text).next().value ?? undefined;
