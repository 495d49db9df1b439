import { formIn } from "./forms.ts";

/**
 * Whether a variable's name asks for a secret. BuildKit's own pattern (frontend/dockerfile/linter, SecretsUsedInArgOrEnv),
 * and Jenkins' `_PSW`, which it misses (moby/buildkit issue 6064), and a bearer's token. `PWD` by itself is where a shell is.
 */
const SECRET_NAME =
  /(?:_|^)(?:apikey|auth|bearer|credential|credentials|key|passphrase|password|pword|passwd|(?<=_)pwd|psw|pgpass|secret|secretkey|token)(?:_|$)/i;
const NOT_SECRET_NAME = /(?:_|^)(?:public|file|version|path|dir|url|ttl|id|name|size|length|expiry|expires|type|enabled|method)(?:_|$)/i;
const ALWAYS_SECRET = /(?:_|^)(?:password|pword|passwd|psw)$/i;
/** The names of public keys that packages are checked with: Python's images have one. */
const PUBLIC_KEYS = /(?:^|_)gpg_?keys?(?:_|$)/i;
/** PostgreSQL and MySQL images' own names have no separator before the word. */
const RUN_TOGETHER = /^(?:pgpassword|mysql_pwd|redis_pass|secret_key_base)$/i;

/** Values that are a place, a switch or a measure. */
const HARMLESS_VALUE = /^(?:|true|false|yes|no|on|off|none|null|\d+(?:\.\d+)?(?:ms|s|m|h|d|k|kb|mb|gb)?|\/[\w./-]*|file:\/\/\S*)$/i;

/** What kind of secret a value is by its form alone; undefined when it is none that is known. */
export const secretValueIn = (value: string): string | undefined => formIn(value.slice(0, 20_000))?.what;

/** What kind of secret a variable holds, in words that do not give it away; undefined when it holds none. */
export const secretIn = (name: string, value: string): string | undefined => {
  const known = secretValueIn(value);
  if (known !== undefined) return known;
  if (value.trim() === "" || value.startsWith("/run/secrets/")) return undefined;
  if (ALWAYS_SECRET.test(name) || RUN_TOGETHER.test(name)) return "a password, going by its name";
  const asks = SECRET_NAME.test(name) && !NOT_SECRET_NAME.test(name) && !PUBLIC_KEYS.test(name);
  return asks && !HARMLESS_VALUE.test(value.trim()) ? "a secret, going by its name" : undefined;
};
