import { parseReference, type Reference } from "../../../core/index.ts";
import { parsePurl, type Purl } from "../purl.ts";
import type { GateSubject } from "../subject.ts";
import type { VexComponent } from "./statement.ts";

const DIGEST = /^sha(?:256|384|512):[0-9a-f]+$/i;
/** Hosts that all are Docker Hub. */
const HUB = /^(?:index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com|hub\.docker\.com|docker\.com)(?=\/)/;

const referenceOf = (text: string): Reference | undefined => {
  try {
    return parseReference(
      text
        .replace(/^[a-z][a-z+.-]*:\/\//i, "")
        .replace(/\/+$/, "")
        .toLowerCase()
        .replace(HUB, "docker.io"),
    );
  } catch {
    return undefined;
  }
};

const repositoryOf = (text: string): string | undefined => {
  const reference = referenceOf(text);
  return reference === undefined ? undefined : `${reference.registry}/${reference.repository}`;
};

/** An image as somebody wrote it. Without repositories it goes by the last part of its name. */
interface WrittenImage {
  readonly name: string;
  readonly repositories: readonly string[];
  readonly digest?: string;
  readonly tag?: string;
}

/** `pkg:oci/web@sha256:...?repository_url=ghcr.io/acme/web&tag=1`: whether the URL ends in the name is written either way. */
const purlImage = ({ type, namespace, name, version, qualifiers }: Purl): WrittenImage => {
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  const url = qualifiers.get("repository_url");
  const written = url === undefined ? (type === "docker" || namespace !== undefined ? [path] : []) : [url, `${url}/${path}`];
  const repositories = written.flatMap((one) => repositoryOf(one) ?? []);
  const digest = version !== undefined && DIGEST.test(version) ? version.toLowerCase() : undefined;
  const tag = qualifiers.get("tag") ?? (digest === undefined ? version : undefined);
  return { name, repositories, ...(digest === undefined ? {} : { digest }), ...(tag === undefined ? {} : { tag }) };
};

const IMAGE_TYPES = new Set(["oci", "docker", "generic"]);

const writtenImage = (id: string): WrittenImage | undefined => {
  const purl = parsePurl(id);
  if (purl !== undefined) return IMAGE_TYPES.has(purl.type) ? purlImage(purl) : undefined;
  if (/^(?:cpe:|urn:|https?:)/i.test(id)) return undefined;
  const reference = referenceOf(id);
  if (reference === undefined) return undefined;
  const { registry, repository, digest } = reference;
  const tag = parseTag(id);
  return {
    name: repository,
    repositories: [`${registry}/${repository}`],
    ...(digest === undefined ? {} : { digest }),
    ...(tag === undefined ? {} : { tag }),
  };
};

/** As it was written: tags know capitals. */
const parseTag = (id: string): string | undefined => /:([A-Za-z0-9_][A-Za-z0-9._-]{0,127})(?:@.*)?$/.exec(id)?.[1];

interface Known {
  readonly repository: string;
  readonly tag: string | undefined;
}

const knownNames = ({ names }: GateSubject): readonly Known[] =>
  names.flatMap((name) => {
    const repository = repositoryOf(name);
    return repository === undefined ? [] : [{ repository, tag: parseTag(name.replace(/@.*$/, "")) }];
  });

const hereIs = ({ names, digests }: GateSubject): string => names[0] ?? digests[0] ?? "an image without a name";

/** Whether an image is the one that was written: "same", or what is different; undefined where no image was written. */
const compared = (id: string, subject: GateSubject): string | undefined => {
  const image = writtenImage(id);
  if (image === undefined) return undefined;
  const { name, repositories, digest, tag } = image;
  // What has the same bytes is the same wherever it lies.
  if (digest !== undefined && subject.digests.includes(digest)) return "same";
  const named = knownNames(subject).filter(({ repository }) =>
    repositories.length === 0 ? repository.endsWith(`/${name.toLowerCase()}`) : repositories.includes(repository),
  );
  if (named.length === 0) return `its product is ${id}, and this is ${hereIs(subject)}`;
  if (digest !== undefined)
    return subject.digests.length === 0
      ? `it is of ${digest}, and the digest of this image is not known`
      : `it is of ${digest}, and this image is ${subject.digests.join(", ")}`;
  if (tag === undefined || named.some((one) => one.tag === tag)) return "same";
  const tags = named.flatMap((one) => one.tag ?? []);
  return `it is of the tag ${tag}, and this image ${tags.length === 0 ? "was asked for without one" : `is ${tags.join(", ")}`}`;
};

/** "same" where the component is the image that was scanned; else what is different about it, or undefined where it is no image at all. */
export const imageMatch = ({ ids, sha256 }: VexComponent, subject: GateSubject): string | undefined => {
  if (sha256.some((hash) => subject.digests.includes(`sha256:${hash.toLowerCase()}`))) return "same";
  const answers = ids.flatMap((id) => compared(id, subject) ?? []);
  return answers.includes("same") ? "same" : answers[0];
};
