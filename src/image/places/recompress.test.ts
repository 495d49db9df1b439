import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { digestOf, silentProgress } from "../../core/index.ts";
import { createLayout } from "../layout/layout.ts";
import { parseManifest } from "../values/manifest.ts";
import { recompressed } from "./recompress.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-recompress-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a layer that is cut off ends the copy, not the process", async () => {
  const layer = gzipSync(Buffer.alloc(5000, "x")).subarray(0, 20);
  const descriptor = (bytes: Buffer, mediaType: string): object => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = parseManifest(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: descriptor(Buffer.from("{}"), "application/vnd.oci.image.config.v1+json"),
        layers: [descriptor(layer, "application/vnd.oci.image.layer.v1.tar+gzip")],
      }),
    ),
  );
  const source = {
    where: "a test",
    root: manifest.digest,
    tags: [],
    isMadeUp: false,
    manifest: () => Promise.resolve(manifest),
    blob: async function* () {
      yield layer;
    },
    attached: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  const options = { to: "zstd", only: () => true, progress: silentProgress } as const;
  await expect(recompressed(source, await createLayout(folder), options)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});
