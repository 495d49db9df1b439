import {
  byDigest,
  byTag,
  type Digest,
  formatPlatform,
  formatReference,
  hasCode,
  parseDigest,
  type Platform,
  type Reference,
  samePlatform,
  SeaworthyError,
} from "../core/index.ts";
import type { BuiltImage, BuiltPlatform } from "../build/index.ts";
import type { Engine } from "../engine/index.ts";
import { choosePlatform, parseImageConfig, parseManifest, type RegistryClient } from "../image/index.ts";
import type { Project, Service } from "../project/index.ts";
import { repositoryOf } from "./repositories.ts";

/** The exact image of one service. */
export interface ResolvedService {
  readonly service: string;
  readonly repository: Reference;
  /** What is pulled: an index, or a manifest where there is only one. */
  readonly digest: Digest;
  /** The manifest for this platform: the subject of evidence. */
  readonly manifest: Digest;
  /** Every manifest below, for signing. */
  readonly platforms: readonly Platform[];
  /** Whether we build it. What others built is taken by the digest that the user pinned. */
  readonly ours: boolean;
  /** Why its signature is not asked for; by default as for whatever others built. */
  readonly unverified?: string;
}

/** @param what the image, as the user knows it */
const platformMissing = (service: string, what: string, platforms: readonly Platform[], wanted: Platform): SeaworthyError =>
  new SeaworthyError(
    "PLATFORM_MISSING",
    `the image of ${service} (${what}) is made for ${platforms.map(formatPlatform).join(", ") || "nothing"}; this engine runs ${formatPlatform(wanted)}`,
  );

/** What was built here for this engine, before it is pushed: its manifest is the subject of evidence. */
export const builtHere = (image: Pick<BuiltImage, "platforms">, wanted: Platform): BuiltPlatform | undefined =>
  image.platforms.find(({ platform }) => samePlatform(platform, wanted));

/** @throws PLATFORM_MISSING before anything changes, when an image that was just built and pushed has nothing for this engine */
export const requireHere = (
  { service, repository, digest }: ResolvedService,
  image: Pick<BuiltImage, "platforms">,
  wanted: Platform,
): void => {
  if (builtHere(image, wanted) !== undefined) return;
  const platforms = image.platforms.map(({ platform }) => platform);
  throw platformMissing(service, formatReference(byDigest(repository, digest)), platforms, wanted);
};

/** The platforms that a digest in a registry has, and the manifest for the wanted one. @throws PLATFORM_MISSING, IMAGE_NOT_FOUND */
export const inspectRemote = async (
  client: Pick<RegistryClient, "manifest" | "blob">,
  reference: Reference & { readonly digest: Digest },
  service: string,
  wanted: Platform,
): Promise<Pick<ResolvedService, "manifest" | "platforms">> => {
  const found = await client.manifest(reference);
  const manifest = parseManifest(found.bytes, { mediaType: found.mediaType, digest: found.digest });
  if (manifest.kind === "index") {
    const platforms = manifest.manifests.flatMap(({ platform }) => (platform === undefined || platform.os === "unknown" ? [] : [platform]));
    try {
      return { platforms, manifest: choosePlatform(manifest, wanted).digest };
    } catch (error) {
      throw hasCode(error, "PLATFORM_MISSING") ? platformMissing(service, formatReference(reference), platforms, wanted) : error;
    }
  }
  const chunks = await Array.fromAsync(client.blob(reference, manifest.config.digest, manifest.config.size));
  const { platform } = parseImageConfig(Buffer.concat(chunks));
  if (!samePlatform(platform, wanted)) throw platformMissing(service, formatReference(reference), [platform], wanted);
  return { platforms: [platform], manifest: reference.digest };
};

const notPushed = (service: string, reference: Reference): SeaworthyError =>
  new SeaworthyError(
    "IMAGE_NOT_FOUND",
    `${service} has no image of this commit in the registry: ${formatReference(reference)} is not there`,
    { hint: "Run seaworthy ship, or seaworthy push and seaworthy sign first." },
  );

/** Finds the image that this commit's tag stands for now, once: from here on only its digest counts. */
export const resolveBuilt = async (
  project: Project,
  service: Service,
  tag: string,
  address: string,
  client: RegistryClient,
  wanted: Platform,
): Promise<ResolvedService> => {
  const repository = repositoryOf(project, service, address);
  const tagged = byTag(repository, tag);
  try {
    const { digest } = await client.resolve(tagged);
    return {
      service: service.name,
      repository,
      digest,
      ours: true,
      ...(await inspectRemote(client, byDigest(repository, digest), service.name, wanted)),
    };
  } catch (error) {
    if (hasCode(error, "IMAGE_NOT_FOUND")) throw notPushed(service.name, tagged);
    throw error;
  }
};

/** The digest that the user pinned, else the one under which the engine pulled it: `digests` are the engine's `repository@digest`. */
export const knownDigest = (image: Reference, digests: readonly string[]): Digest | undefined => {
  const known = digests.find((one) => one.startsWith(`${image.registry}/${image.repository}@`) || one.startsWith(`${image.repository}@`));
  return image.digest ?? (known === undefined ? undefined : parseDigest(known.slice(known.indexOf("@") + 1)));
};

/** An image that others built: by the digest the user pinned, else by what its tag stands for in the engine or the registry now. */
export const resolveForeign = async (
  service: Pick<Service, "name" | "spec">,
  engine: Engine,
  client: RegistryClient,
  wanted: Platform,
): Promise<ResolvedService> => {
  const { image } = service.spec;
  if (image === undefined) throw new SeaworthyError("INPUT_INVALID", `the service ${service.name} has neither image nor build`);
  const local = await engine.images.inspect(formatReference(image));
  const digest = knownDigest(image, local?.digests ?? []) ?? (await client.resolve(image)).digest;
  const base = {
    service: service.name,
    repository: { registry: image.registry, repository: image.repository },
    digest,
    ours: false,
  } as const;
  if (local !== undefined) {
    if (!samePlatform(local.platform, wanted)) throw platformMissing(service.name, formatReference(image), [local.platform], wanted);
    return { ...base, manifest: digest, platforms: [local.platform] };
  }
  return { ...base, ...(await inspectRemote(client, byDigest(image, digest), service.name, wanted)) };
};
