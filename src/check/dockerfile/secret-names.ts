/** BuildKit's own pattern (frontend/dockerfile/linter, SecretsUsedInArgOrEnv): words of a name. */
const ASKS = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const NOT = /(?:_|^)(?:public|file|version)(?:_|$)/i;
/** Without a separator, as many images' own variables are; and the two halves of a credential as Jenkins binds it (moby/buildkit issue 6064). */
const RUN_TOGETHER = /(?:password|passwd|passphrase|api_?key|secret_?key|access_?token)(?:_|$)|^mysql_pwd$|(?:_|^)(?:psw|usr|pgpass)$/i;

/** Whether a variable's name asks for a secret. */
export const asksForSecret = (name: string): boolean => (ASKS.test(name) || RUN_TOGETHER.test(name)) && !NOT.test(name);

/** Where a secret lies, not the secret. */
export const isPath = (value: string): boolean =>
  /^(?:file:\/\/|\.{0,2}\/)\S*$/.test(value) || /^[\w.-]+\.(?:json|pem|p12|pfx|jks|ya?ml|crt|cer)$/.test(value);
