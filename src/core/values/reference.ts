import { SeaworthyError } from "../errors.ts";
import { type Digest, parseDigest } from "./digest.ts";

/**
 * Where an image is: registry, repository, and a tag or a digest or both. Grammar: distribution/reference.
 * `registry` is a host with an optional port; Docker Hub is `docker.io`, its official images live under `library/`.
 */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?$`);
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export const isRepository = (text: string): boolean => text.length <= 255 && REPOSITORY.test(text);
export const isTag = (text: string): boolean => TAG.test(text);

/** What the engine takes for an image's id and refuses as a name (distribution/reference, ParseNormalizedNamed). */
const IMAGE_ID = /^[a-f0-9]{64}$/;

/** The part of a hostile text that a message quotes. */
const quoted = (text: string): string => `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;

const refuse = (text: string, why: string): never => {
  throw new SeaworthyError("INPUT_INVALID", `${quoted(text)} is not an image reference: ${why}`);
};

const splitHost = (name: string): { registry: string; repository: string } => {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  if (slash < 0 || !isHost) return { registry: "docker.io", repository: slash < 0 ? `library/${name}` : name };
  const rest = name.slice(slash + 1);
  if (first === "docker.io" || first === "index.docker.io")
    return { registry: "docker.io", repository: rest.includes("/") ? rest : `library/${rest}` };
  return { registry: first, repository: rest };
};

/** @throws INPUT_INVALID with the part that is wrong. */
export const parseReference = (text: string): Reference => {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const tag = tagged ? named.slice(colon + 1) : undefined;
  const name = tagged ? named.slice(0, colon) : named;
  if (name === "") refuse(text, "the name is empty");
  if (tag !== undefined && !isTag(tag)) refuse(text, `the tag ${quoted(tag)} must match [A-Za-z0-9_][A-Za-z0-9._-]{0,127}`);
  if (IMAGE_ID.test(name)) refuse(text, "64 hex digits are the id of an image in one engine, not a name");
  const { registry, repository } = splitHost(name);
  if (registry.length > 255 || !HOST.test(registry)) refuse(text, `${quoted(registry)} is not a registry host`);
  if (!isRepository(repository))
    refuse(text, `${quoted(repository)} is not a repository name (lower case, digits, . _ - between, / as separator)`);
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
};

/** The full form, never shortened: `docker.io/library/node:24@sha256:…`. */
export const formatReference = (reference: Reference): string =>
  `${reference.registry}/${reference.repository}${reference.tag === undefined ? "" : `:${reference.tag}`}${reference.digest === undefined ? "" : `@${reference.digest}`}`;

/** Same repository, addressed by digest alone: what production runs. */
export const byDigest = (reference: Reference, digest: Digest): Reference & { digest: Digest } => ({
  registry: reference.registry,
  repository: reference.repository,
  digest,
});

/** Same repository, addressed by tag alone. */
export const byTag = (reference: Reference, tag: string): Reference & { tag: string } => ({
  registry: reference.registry,
  repository: reference.repository,
  tag,
});
