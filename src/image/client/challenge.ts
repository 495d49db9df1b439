/** One way in that a registry offers (RFC 9110 section 11.6.1): `Bearer realm="…",service="…",scope="…"`. Scheme in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*/y;

/** Reads WWW-Authenticate. Scopes hold commas inside quotes and several challenges may share one header, so splitting will not do. */
export const parseChallenges = (header: string): readonly Challenge[] => {
  const challenges: Challenge[] = [];
  const text = header.slice(0, 16_384);
  let at = 0;
  while (at < text.length) {
    const gap = /[\s,]*/y;
    gap.lastIndex = at;
    gap.exec(text);
    at = gap.lastIndex;
    TOKEN.lastIndex = at;
    const scheme = TOKEN.exec(text)?.[0];
    if (scheme === undefined) break;
    at = TOKEN.lastIndex;
    const parameters: Record<string, string> = {};
    for (;;) {
      PARAMETER.lastIndex = at;
      const match = PARAMETER.exec(text);
      if (match === null) break;
      parameters[(match[1] ?? "").toLowerCase()] = match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? "";
      at = PARAMETER.lastIndex;
      if (text[at] !== ",") break;
      at += 1;
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return challenges;
};
