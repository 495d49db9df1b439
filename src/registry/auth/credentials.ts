/** What an Authorization header holds (RFC 7617, RFC 6750). */
export type Presented =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly name: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "unreadable" };

export const readAuthorization = (header: string | undefined): Presented => {
  if (header === undefined || header.trim() === "") return { kind: "none" };
  const [, scheme = "", rest = ""] = /^([A-Za-z]+) +(\S+)$/.exec(header.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { kind: "bearer", token: rest };
    case "basic": {
      const text = Buffer.from(rest, "base64").toString("utf8");
      const colon = text.indexOf(":");
      return colon < 1 ? { kind: "unreadable" } : { kind: "basic", name: text.slice(0, colon), password: text.slice(colon + 1) };
    }
    default:
      return { kind: "unreadable" };
  }
};
