import { createHash, generateKeyPairSync } from "node:crypto";

const CREDENTIAL =
  /(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?|pgpassword|auth)(?:_|$)/i;
const NO_CREDENTIAL = /_FILE$|(?:^|_)(?:ttl|expiry|length|url|path|dir|method|enabled|name|id)$/i;
const USER_INFO = /\b[a-z][a-z0-9+.-]{0,40}:\/\/[^\s:/@]{0,256}:([^\s/@]{1,512})@/gi;
/** Shorter ones would be found in words that are none. */
const MIN_LENGTH = 4;

const dummy = (seed: string): string => createHash("sha256").update(seed).digest("hex").slice(0, 32);

/** What a secret of this name usually is, made up. */
export const dummySecret = (name: string, run: string): string => {
  if (/private_?key|tls_?key|ssh_?key|\.pem$|signing_?key/i.test(name))
    return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  if (/json|service_?account/i.test(name)) return "{}\n";
  if (/url|dsn|uri/i.test(name)) return "http://127.0.0.1:9/\n";
  return dummy(`${run} ${name}`);
};

type Environment = Readonly<Record<string, string>>;

const secretsIn = (environment: Environment): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => [
    ...(CREDENTIAL.test(name) && !NO_CREDENTIAL.test(name) ? [value] : []),
    ...[...value.slice(0, 20_000).matchAll(USER_INFO)].flatMap(([, password]) => password ?? []),
  ]);

const longEnough = (secret: string): boolean => secret.length >= MIN_LENGTH;

/** What stands for the credentials in one environment once it is disguised. */
export const madeUpIn = (environment: Environment, run: string): readonly string[] => [
  ...new Set(
    secretsIn(environment)
      .filter(longEnough)
      .map((secret) => dummy(`${run} ${secret}`)),
  ),
];

/** The environments of several services with every credential replaced, the same one by the same made-up value everywhere. */
export const disguised = (environments: readonly Environment[], run: string): readonly Environment[] => {
  const secrets = [...new Set(environments.flatMap(secretsIn))].filter(longEnough).toSorted((a, b) => b.length - a.length);
  const hide = (value: string): string => secrets.reduce((text, secret) => text.replaceAll(secret, dummy(`${run} ${secret}`)), value);
  return environments.map((environment) => Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, hide(value)])));
};
