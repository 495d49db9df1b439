import { type Digest, isDigest, isRepository, isTag, parseDigest } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";

/** @throws NAME_INVALID */
export const repositoryName = (segments: readonly string[]): string => {
  const name = segments.join("/");
  if (!isRepository(name))
    throw new Refusal(
      400,
      "NAME_INVALID",
      `"${name.slice(0, 120)}" is not a repository name: lower case, digits and . _ - between, / as separator`,
    );
  return name;
};

/** @throws DIGEST_INVALID */
export const digestName = (text: string): Digest => {
  if (!isDigest(text)) throw new Refusal(400, "DIGEST_INVALID", `"${text.slice(0, 160)}" is not a digest: expected sha256:<64 hex digits>`);
  return parseDigest(text);
};

/** @throws NAME_INVALID */
export const tagName = (text: string): string => {
  if (!isTag(text)) throw new Refusal(400, "NAME_INVALID", `"${text.slice(0, 160)}" is not a tag: [A-Za-z0-9_][A-Za-z0-9._-]{0,127}`);
  return text;
};

/** A tag or a digest. @throws DIGEST_INVALID, NAME_INVALID */
export const manifestName = (text: string): { readonly tag: string } | { readonly digest: Digest } => {
  if (text.includes(":")) return { digest: digestName(text) };
  return { tag: tagName(text) };
};
