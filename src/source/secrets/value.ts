/**
 * Whether a variable's name asks for a secret. BuildKit's own pattern (frontend/dockerfile/linter, SecretsUsedInArgOrEnv),
 * and Jenkins' `_PSW`, which it misses (moby/buildkit issue 6064).
 */
const SECRET_NAME = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|psw|pgpass|secret|token)(?:_|$)/i;
const NOT_SECRET_NAME = /(?:_|^)(?:public|file|version|path|dir|url|ttl|id|name|size|length|expiry|expires|type|enabled|method)(?:_|$)/i;
const ALWAYS_SECRET = /(?:_|^)(?:password|pword|passwd|psw)$/i;
/** PostgreSQL and MySQL images' own names have no separator before the word. */
const RUN_TOGETHER = /^(?:pgpassword|mysql_pwd|redis_pass|secret_key_base)$/i;

/** Values that are a place, a switch or a measure. */
const HARMLESS_VALUE = /^(?:|true|false|yes|no|on|off|none|null|\d+(?:\.\d+)?(?:ms|s|m|h|d|k|kb|mb|gb)?|\/[\w./-]*|file:\/\/\S*)$/i;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/, "a private key"],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,256}:[^\s/@]{1,256}@/i, "a connection string with a password"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key"],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{30,}\b/, "a GitHub token"],
  [/\bglpat-[A-Za-z0-9_-]{20,}\b/, "a GitLab token"],
  [/\bxox[abpr]-[A-Za-z0-9-]{10,}\b/, "a Slack token"],
  [/\b[sr]k_live_[A-Za-z0-9]{16,}\b/, "a Stripe key"],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./, "a JSON web token"],
];

/** What kind of secret a value is by its form alone; undefined when it is none that is known. */
export const secretValueIn = (value: string): string | undefined => PATTERNS.find(([pattern]) => pattern.test(value.slice(0, 20_000)))?.[1];

/** What kind of secret a variable holds, in words that do not give it away; undefined when it holds none. */
export const secretIn = (name: string, value: string): string | undefined => {
  const known = secretValueIn(value);
  if (known !== undefined) return known;
  if (value.trim() === "" || value.startsWith("/run/secrets/")) return undefined;
  if (ALWAYS_SECRET.test(name) || RUN_TOGETHER.test(name)) return "a password, going by its name";
  const asks = SECRET_NAME.test(name) && !NOT_SECRET_NAME.test(name);
  return asks && !HARMLESS_VALUE.test(value.trim()) ? "a secret, going by its name" : undefined;
};
