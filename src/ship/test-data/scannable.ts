import { type Digest, parsePlatform } from "../../core/index.ts";
import { createLayout, MEDIA, writeTar } from "../../image/index.ts";
import { buildDatabase } from "../../scan/index.ts";
import type { BuiltImage } from "../../build/index.ts";

const PLATFORM = parsePlatform("linux/amd64");
const RUN = { env: [], exposedPorts: [], volumes: [], labels: {} };

/** An image in a layout, as a build leaves it, that holds Debian's openssl in this version. Of no version: nothing that can be judged. */
export const scannable = async (folder: string, service: string, version: string | undefined): Promise<BuiltImage> => {
  const layout = await createLayout(folder);
  const status = `Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version ?? ""}\n\n`;
  const files =
    version === undefined
      ? [{ path: "hello", body: Buffer.from("hello") }]
      : [
          { path: "etc/os-release", body: Buffer.from('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n') },
          { path: "var/lib/dpkg/status", body: Buffer.from(status) },
        ];
  const tar = await layout.writeBlob(
    writeTar(
      (async function* () {
        yield* files;
      })(),
    ),
  );
  const config = await layout.writeBlob(
    Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [tar.digest] } })),
  );
  const manifest = await layout.writeBlob(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA.ociManifest,
        config: { mediaType: MEDIA.ociConfig, digest: config.digest, size: config.size },
        layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: tar.digest, size: tar.size }],
      }),
    ),
  );
  const entry = { mediaType: MEDIA.ociManifest, digest: manifest.digest, size: manifest.size, platform: PLATFORM };
  const index = await layout.writeBlob(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [entry] })));
  layout.writeIndex([{ mediaType: MEDIA.ociIndex, digest: index.digest, size: index.size }]);
  return builtOf(service, folder, index.digest, manifest.digest, config.digest);
};

const builtOf = (service: string, layoutFolder: string, digest: Digest, manifest: Digest, config: Digest): BuiltImage => ({
  service,
  layoutFolder,
  digest,
  platforms: [{ platform: PLATFORM, manifest, config, compressedSizeBytes: 0, uncompressedSizeBytes: 0, run: RUN, layers: [] }],
  tags: { version: "1.2.3", fixed: ["1.2.3"], moving: [], notes: [] },
  labels: {},
  sizeBytes: { compressed: 0, uncompressed: 0 },
  steps: 1,
  cachedSteps: 0,
  compressedLayers: 1,
  seconds: { total: 0, build: 0, assemble: 0 },
  run: RUN,
});

/** Advisories that know of one fault, high, mended in 3.0.9. */
export const oneAdvisory = async (folder: string, { id = "CVE-2026-0001", name = "openssl" } = {}): Promise<void> => {
  await buildDatabase(
    [
      {
        where: id,
        text: JSON.stringify({
          id,
          summary: "it reads beyond its buffer",
          affected: [
            {
              package: { ecosystem: "Debian:12", name },
              ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "3.0.9" }] }],
              ecosystem_specific: { severity: "high" },
            },
          ],
          severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
        }),
      },
    ],
    folder,
  );
};
