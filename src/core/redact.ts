/** Shown in place of anything secret. */
export const REDACTED = "[redacted]";

// No word boundary in front: terminal colours may stand right before the scheme.
const URL_PASSWORD = /([a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,512}(@)/gi;
const HEADER = /\b(authorization|proxy-authorization|x-registry-auth|cookie|set-cookie)(["']?\s*[:=]\s*["']?)[^\r\n"']{1,4096}/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,20000}?-----END [A-Z ]{0,40}PRIVATE KEY-----/g;
// Control characters of a hostile image or log line must not drive the user's terminal.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f]/g;

const known = new Set<string>();

/** From now on this exact value never leaves through `redact`. Values under 4 characters would blank ordinary words and are left alone. */
export const rememberSecret = (value: string): void => {
  const trimmed = value.trim();
  if (trimmed.length >= 4) known.add(trimmed);
};

/** Takes credentials out of words that go to a person, a log or an error. */
export const redact = (text: string): string => {
  let clean = text.replace(URL_PASSWORD, `$1${REDACTED}$2`).replace(HEADER, `$1$2${REDACTED}`).replace(PRIVATE_KEY, REDACTED);
  for (const secret of known) clean = clean.replaceAll(secret, REDACTED);
  return clean;
};

/** `redact`, and no control characters: for text that comes from containers, images and registries. */
export const forTerminal = (text: string): string => redact(text).replace(CONTROL, "\u{FFFD}");
