import { mkdtemp, rm } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { byTag, type Digest, digestOf, parseReference, type Reference, SeaworthyError } from "../core/index.ts";
import { type ArchivedImage, copyToRegistry, createLayout, type Layout, MEDIA, unpackDockerArchive } from "../image/index.ts";
import type { Service } from "../project/index.ts";
import type { ReleaseManifest } from "../release/index.ts";
import type { ResolvedService } from "./images.ts";
import { releaseManifest } from "./manifest.ts";
import { baseName } from "./repositories.ts";
import type { Voyage } from "./voyage.ts";

/** What an adopted release calls itself: it was of no version that anybody gave. */
const VERSION = "compose";

const UNVERIFIED = "docker compose ran it before Seaworthy; it was taken over as it was";

const MEDIA_OF: Readonly<Record<ArchivedImage["layers"][number]["compression"], string>> = {
  none: MEDIA.ociLayer,
  gzip: MEDIA.ociLayerGzip,
  zstd: MEDIA.ociLayerZstd,
};

/** The engine's image as it is, in a layout: its configuration keeps its bytes, so the engine knows it again. */
const layOut = async (image: ArchivedImage, layout: Layout): Promise<Digest> => {
  const layers = [];
  for (const { path, digest, sizeBytes, compression } of image.layers) {
    await layout.writeBlob(createReadStream(path), digest);
    layers.push({ mediaType: MEDIA_OF[compression], digest, size: sizeBytes });
  }
  const { bytes, digest } = image.config;
  await layout.writeBlob(bytes, digest);
  const config = { mediaType: MEDIA.ociConfig, digest, size: bytes.length };
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config, layers }));
  await layout.writeBlob(manifest, digestOf(manifest));
  return digestOf(manifest);
};

/** An image that no registry knows goes into the embedded one, so that it can be brought back when the engine has lost it. Nothing is sent in a dry run. */
const keepImage = async (
  { engine, harbour, project, dryRun, progress }: Voyage,
  service: Service,
  id: Digest,
): Promise<ResolvedService> => {
  const repository: Reference = parseReference(`${harbour.address}/${baseName(project)}/${service.name.toLowerCase()}`);
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-adopt-"));
  const step = `keep the image of ${service.name}`;
  progress.begin(step);
  try {
    const [image] = await unpackDockerArchive(engine.images.save(id), join(folder, "spool"));
    if (image === undefined) throw new SeaworthyError("ENGINE_REFUSED", `the engine saved nothing of the image of ${service.name} (${id})`);
    const layout = await createLayout(join(folder, "layout"));
    const digest = await layOut(image, layout);
    if (!dryRun) {
      await harbour.serve();
      await copyToRegistry(layout, digest, harbour.client, byTag(repository, `${VERSION}-${id.slice(7, 19)}`));
    }
    return {
      service: service.name,
      repository,
      digest,
      manifest: digest,
      platforms: [image.config.platform],
      ours: false,
      unverified: UNVERIFIED,
    };
  } finally {
    progress.end(step);
    await rm(folder, { recursive: true, force: true });
  }
};

/** The exact image of what runs, whatever its tag stands for by now. Undefined: nothing runs. */
const runningImage = async (voyage: Voyage, service: Service, id: string | undefined): Promise<ResolvedService | undefined> => {
  if (id === undefined) return undefined;
  const image = await voyage.engine.images.inspect(id);
  if (image === undefined)
    throw new SeaworthyError(
      "IMAGE_NOT_FOUND",
      `the engine has lost the image that ${service.name} runs (${id}), so it could not be started again`,
      {
        hint: "Bring it up anew with docker compose first.",
      },
    );
  const written = service.spec.image;
  const known = image.digests.map((one) => parseReference(one));
  const found = known.find((one) => one.registry === written?.registry && one.repository === written.repository) ?? known[0];
  if (found?.digest === undefined) return keepImage(voyage, service, image.id);
  const { registry, repository, digest } = found;
  return {
    service: service.name,
    repository: { registry, repository },
    digest,
    manifest: digest,
    platforms: [image.platform],
    ours: false,
    unverified: UNVERIFIED,
  };
};

/** A manifest of what docker compose runs: how, as the file says; which images, as they run. */
export const adoptedManifest = async (voyage: Voyage): Promise<ReleaseManifest> => {
  const { project, releases, images } = voyage;
  const running = await releases.composed(project.name);
  const missing: string[] = [];
  for (const service of project.services) {
    const id = running.find((one) => one.service === service.name)?.state.imageId;
    const image = await runningImage(voyage, service, id);
    if (image === undefined) missing.push(service.name);
    else images.set(service.name, image);
  }
  if (missing.length > 0)
    throw new SeaworthyError(
      "INPUT_NOT_FOUND",
      `docker compose runs no container of ${missing.join(", ")} in the project ${project.name}`,
      {
        hint: "Start it with docker compose first, or take it out of the file until the first deploy. The project's name is the one under which docker compose runs it (name: in the file).",
      },
    );
  // The commit at hand need not be what runs.
  const { source: _, ...manifest } = await releaseManifest(voyage, images, VERSION);
  return manifest;
};

/** What the file's tags stand for now where that is not what runs: the next deploy takes it. */
export const movedTags = async ({ project, releases, engine }: Voyage): Promise<readonly string[]> => {
  const running = await releases.composed(project.name);
  const said = running.map(async ({ service, state }) => {
    const now = await engine.images.inspect(state.image);
    if (now === undefined || now.id === state.imageId) return [];
    return [
      `${service}: ${state.name} runs ${state.imageId?.slice(7, 19) ?? "an unknown image"}, and ${state.image} stands for ${now.id.slice(7, 19)} by now; what runs is taken over`,
    ];
  });
  return (await Promise.all(said)).flat();
};
