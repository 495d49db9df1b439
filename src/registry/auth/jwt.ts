/** A JSON Web Token taken apart, nothing of it believed yet (RFC 7519, RFC 7515 compact form). */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature is over. */
  readonly signed: string;
  readonly signature: Buffer;
}

const MAX_CHARACTERS = 16 * 1024;
const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

const objectOf = (part: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** Undefined for what is none; a token with `crit` asks for what nobody here knows (RFC 7515 section 4.1.11). */
export const readJwt = (text: string): Jwt | undefined => {
  const match = text.length > MAX_CHARACTERS ? null : FORM.exec(text);
  const [, first = "", second = "", third = ""] = match ?? [];
  const header = objectOf(first);
  const claims = objectOf(second);
  if (header === undefined || claims === undefined || "crit" in header) return undefined;
  return { header, claims, signed: `${first}.${second}`, signature: Buffer.from(third, "base64url") };
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export const writeJwt = (header: unknown, claims: unknown, sign: (signed: string) => Buffer): string => {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${sign(signed).toString("base64url")}`;
};

/** Whether a token counts at this time; a clock may be a minute off. */
export const isTimely = (claims: Jwt["claims"], nowMs: number, leewayS = 0): boolean => {
  const { exp, nbf, iat } = claims;
  const now = nowMs / 1000;
  if (typeof exp !== "number" || exp <= now - leewayS) return false;
  return [nbf, iat].every((at) => at === undefined || (typeof at === "number" && at <= now + leewayS));
};
