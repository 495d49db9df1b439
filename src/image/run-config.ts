import { byDigest, type Digest, HERE, type ImageRunConfig, parsePlatform, type Reference, SeaworthyError } from "../core/index.ts";
import type { RegistryClient } from "./client/types.ts";
import { openLayout } from "./layout/layout.ts";
import { choosePlatform } from "./values/choose-platform.ts";
import { MAX_CONFIG_BYTES, parseImageConfig } from "./values/config.ts";
import type { Descriptor } from "./values/descriptor.ts";
import { type Index, type Manifest, parseManifest } from "./values/manifest.ts";
import { collect } from "./verified.ts";

/** Where an image's documents are read from. */
interface Store {
  readonly manifest: (digest: Digest) => Promise<Manifest | Index>;
  readonly blob: (descriptor: Descriptor) => AsyncIterable<Uint8Array>;
}

const MAX_NESTED = 4;

/** Layers are not looked at: two or three small documents. */
const runConfigIn = async (store: Store, top: Manifest | Index, platform: string | undefined): Promise<ImageRunConfig> => {
  let found = top;
  for (let depth = 0; found.kind === "index"; depth += 1) {
    if (depth === MAX_NESTED) throw new SeaworthyError("INPUT_INVALID", `the index ${top.digest} nests more than ${MAX_NESTED} deep`);
    found = await store.manifest(choosePlatform(found, platform === undefined ? HERE : parsePlatform(platform)).digest);
  }
  const bytes = await collect(store.blob(found.config), MAX_CONFIG_BYTES, `the configuration of ${top.digest}`);
  return parseImageConfig(bytes).run;
};

const REF_NAME = "org.opencontainers.image.ref.name";

/**
 * How an image of a layout wants to be run. `path` as BuildKit takes it behind `oci-layout://`: a folder, then `:tag` or `@digest` where it holds several.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, IMAGE_NOT_FOUND, PLATFORM_MISSING
 */
export const layoutRunConfig = async (path: string, platform?: string): Promise<ImageRunConfig> => {
  const [, folder = path, tag, digest] = /^(.*?)(?::([\w][\w.-]{0,127}))?(?:@(\w+:\w+))?$/s.exec(path) ?? [];
  const layout = await openLayout(folder);
  const entries = await layout.entries();
  const named = entries.filter((entry) =>
    digest === undefined ? tag === undefined || entry.annotations?.[REF_NAME] === tag : entry.digest === digest,
  );
  // A layout that names nothing holds one image, whatever it is called.
  const [entry] = named.length === 0 && entries.length === 1 && digest === undefined ? entries : named;
  if (entry === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `the layout ${folder} has no image ${digest ?? tag ?? ""}`.trimEnd());
  return runConfigIn(
    { manifest: (one) => layout.manifest(one), blob: (one) => layout.openBlob(one.digest) },
    await layout.manifest(entry.digest),
    platform,
  );
};

/** How an image in a registry wants to be run. @throws what RegistryClient throws, INPUT_INVALID, PLATFORM_MISSING */
export const registryRunConfig = async (
  client: Pick<RegistryClient, "manifest" | "blob">,
  reference: Reference,
  platform?: string,
): Promise<ImageRunConfig> => {
  const manifest = async (at: Reference): Promise<Manifest | Index> => {
    const { bytes, digest, mediaType } = await client.manifest(at);
    return parseManifest(bytes, { digest, mediaType });
  };
  return runConfigIn(
    { manifest: (digest) => manifest(byDigest(reference, digest)), blob: ({ digest, size }) => client.blob(reference, digest, size) },
    await manifest(reference),
    platform,
  );
};
