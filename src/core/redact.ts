/** Shown in place of anything secret. */
export const REDACTED = "[redacted]";

// No word boundary in front: terminal colours may stand right before the scheme. Each pattern reads a character a bounded number of times,
// so that hostile text costs linear time.
const URL_PASSWORD = /([a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,256}:)[^\s/@]+(@)/gi;
/** `https://ghp_token@host`: a token in the user's place. A user name alone is nothing anybody misses. */
const URL_TOKEN = /(https?:\/\/)[^\s/:@]+(@)/gi;
const HEADER =
  /\b(authorization|proxy-authorization|x-registry-auth|x-registry-config|cookie|set-cookie)(\\?["']?\s*[:=]\s*\\?["']?)[^\r\n"'\\]+/gi;
const KEY_BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
// What drives a terminal: control characters (a lone carriage return lets a line overwrite itself) and Unicode's text direction.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;

/** Values under 4 characters would blank ordinary words. */
const SHORTEST = 4;
/** A line of a secret of several lines counts by itself from here on: tools and logs print line by line. */
const SHORTEST_LINE = 8;

const known = new Set<string>();

/** A secret as it may be met: itself, in JSON, in a URL, in base64. */
const formsOf = (value: string): readonly string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.toWellFormed()),
  Buffer.from(value).toString("base64").replace(/=+$/, ""),
];

/** From now on this exact value never leaves through `redact`, nor a longer line of it, nor its usual encodings. Values under 4 characters are left alone. */
export const rememberSecret = (value: string): void => {
  const trimmed = value.trim();
  if (trimmed.length < SHORTEST) return;
  for (const form of formsOf(trimmed)) known.add(form);
  const lines = trimmed.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > 1) for (const line of lines) if (line.length >= SHORTEST_LINE) known.add(line);
};

/** For a process that begins another life, as a worker does with the next file of tests: what was secret there is an ordinary word here. */
export const forgetSecrets = (): void => known.clear();

/** Where any known secret stands, as spans that may overlap: one that is part of another, or shares its end, must not save the rest of it. */
const spansOf = (text: string): readonly (readonly [number, number])[] => {
  const spans: (readonly [number, number])[] = [];
  for (const secret of known)
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) spans.push([at, at + secret.length]);
  return spans.toSorted((a, b) => a[0] - b[0]);
};

const withoutKnown = (text: string): string => {
  if (known.size === 0) return text;
  let clean = "";
  let covered = -1;
  for (const [start, end] of spansOf(text)) {
    if (start > covered) clean += `${text.slice(Math.max(0, covered), start)}${REDACTED}`;
    covered = Math.max(covered, end);
  }
  return clean + text.slice(Math.max(0, covered));
};

/** Without its end the rest of the text goes with a key: half a key is too much. */
const withoutKeys = (text: string): string => {
  if (!text.includes("-----BEGIN ")) return text;
  let clean = "";
  let at = 0;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < at) continue;
    clean += `${text.slice(at, begin.index)}${REDACTED}`;
    KEY_END.lastIndex = begin.index;
    at = KEY_END.exec(text) === null ? text.length : KEY_END.lastIndex;
  }
  return clean + text.slice(at);
};

/** Most words have no URL with a user in it, and looking for one at every letter of a report costs more than the report. */
const withoutUsers = (text: string): string =>
  text.includes("://") && text.includes("@") ? text.replace(URL_PASSWORD, `$1${REDACTED}$2`).replace(URL_TOKEN, `$1${REDACTED}$2`) : text;

/** Takes credentials out of words that go to a person, a log or an error. Known secrets first: a pattern may match a part of one. */
export const redact = (text: string): string => withoutUsers(withoutKeys(withoutKnown(text))).replace(HEADER, `$1$2${REDACTED}`);

/** `redact`, and nothing that drives a terminal: for text that comes from containers, images and registries. */
export const forTerminal = (text: string): string => redact(text).replace(CONTROL, "\u{FFFD}");

/** A document as JSON, its words cleaned as `forTerminal` does wherever they stand; names of properties are ours. In one line unless `indent` (spaces) says otherwise. */
export const jsonForTerminal = (document: unknown, indent?: number): string =>
  JSON.stringify(document, (_, value: unknown) => (typeof value === "string" ? forTerminal(value) : value), indent);
