import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createLayout } from "./layout/layout.ts";
import { layoutRunConfig } from "./run-config.ts";
import type { Descriptor } from "./values/descriptor.ts";
import { MEDIA } from "./values/media-types.ts";

const folder = mkdtempSync(join(tmpdir(), "swt-run-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const layout = await createLayout(folder);

const store = async (value: object): Promise<Pick<Descriptor, "digest" | "size">> => layout.writeBlob(Buffer.from(JSON.stringify(value)));

const image = async (architecture: string, user: string): Promise<Descriptor> => {
  const config = await store({
    os: "linux",
    architecture,
    config: { User: user, Shell: ["/bin/ash", "-c"] },
    rootfs: { type: "layers", diff_ids: [] },
  });
  const manifest = await store({
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [],
  });
  return { mediaType: MEDIA.ociManifest, ...manifest, platform: { os: "linux", architecture } };
};

const named = (descriptor: Descriptor, name: string): Descriptor => ({
  ...descriptor,
  annotations: { "org.opencontainers.image.ref.name": name },
});

test("a layout's image by tag, by digest, and by platform through an index", async () => {
  const [amd64, arm64] = [await image("amd64", "1"), await image("arm64", "2")];
  const index = { mediaType: MEDIA.ociIndex, ...(await store({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [amd64, arm64] })) };
  layout.writeIndex([named(index, "multi"), named(arm64, "one")]);
  expect((await layoutRunConfig(`${folder}:multi`, "linux/amd64")).user).toBe("1");
  expect((await layoutRunConfig(`${folder}:multi`, "linux/arm64")).user).toBe("2");
  expect(await layoutRunConfig(`${folder}:one`)).toMatchObject({ user: "2", shell: ["/bin/ash", "-c"] });
  expect((await layoutRunConfig(`${folder}@${arm64.digest}`)).user).toBe("2");
  await expect(layoutRunConfig(`${folder}:three`)).rejects.toThrow("has no image three");
  await expect(layoutRunConfig(join(folder, "nowhere"))).rejects.toThrow();
});

test("the one image of a layout needs no name", async () => {
  layout.writeIndex([await image("riscv64", "7")]);
  expect((await layoutRunConfig(folder)).user).toBe("7");
  expect((await layoutRunConfig(`${folder}:latest`)).user).toBe("7");
});
