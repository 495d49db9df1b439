import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { digestOf, hexOf } from "../../core/index.ts";
import { walkImage } from "../layout/walk.ts";
import { collect } from "../verified.ts";
import { copyImage } from "./copy-image.ts";
import type { ImageDestination } from "./destination.ts";
import { list, makeImage, makeIndexOf, temporaryLayout } from "./images.fixture.ts";
import { layoutSource } from "./layout-source.ts";
import type { ImageSource } from "./source.ts";

/** A place that is written to and read from. A new, empty one for each test. */
export interface Place {
  readonly destination: ImageDestination;
  readonly source: () => Promise<ImageSource>;
}

export interface PlaceFacts {
  readonly name: string;
  readonly make: () => Promise<Place>;
  /** Whether it knows what it has already. */
  readonly keeps: boolean;
}

const bytesOf = async (source: ImageSource): Promise<ReadonlyMap<string, string>> => {
  const tree = await walkImage(source.root, (digest) => source.manifest(digest));
  const all = new Map(tree.manifests.map(({ digest, bytes }) => [String(digest), Buffer.from(bytes).toString("base64")]));
  for (const blob of tree.blobs) all.set(blob.digest, digestOf(await collect(source.blob(blob), 1e6, "a blob")));
  return all;
};

/** What every place promises that images are copied to and from. */
export const placesContract = ({ name, make, keeps }: PlaceFacts): void => {
  describe(name, () => {
    test("an image comes back byte for byte, whatever is in its manifest and however its layers are compressed", async () => {
      const layout = await temporaryLayout();
      await list(layout, (await makeImage(layout)).digest, "1.0.0");
      const from = await layoutSource(layout);
      const { destination, source } = await make();
      const copy = await copyImage(from, destination);
      expect(copy).toMatchObject({ digest: from.root, unchanged: true, manifests: 1, blobs: { sent: 4, present: 0 } });
      const back = await source();
      expect(back.root).toBe(from.root);
      expect(await bytesOf(back)).toEqual(await bytesOf(from));
      await back.close();
      if (keeps) expect((await copyImage(from, destination)).blobs).toEqual({ sent: 0, sentBytes: 0, present: 4 });
    });

    test("digests may be sha512; a registry may know the manifest under another", async () => {
      const layout = await temporaryLayout();
      await list(layout, (await makeImage(layout, { algorithm: "sha512" })).digest);
      const { destination, source } = await make();
      const from = await layoutSource(layout);
      await copyImage(from, destination);
      const back = await source();
      expect([...(await bytesOf(back)).values()].toSorted()).toEqual([...(await bytesOf(from)).values()].toSorted());
      await back.close();
    });

    test("an index: whole where it fits, else this machine's image; one platform alone; a platform that is not there", async () => {
      const layout = await temporaryLayout();
      const images = {
        amd64: await makeImage(layout),
        arm64: await makeImage(layout, { architecture: "arm64" }),
        s390x: await makeImage(layout, { architecture: "s390x" }),
      };
      await list(layout, await makeIndexOf(layout, images));
      const from = await layoutSource(layout);
      const { destination, source } = await make();
      const arm = { os: "linux", architecture: "arm64" };
      if (destination.holds === "any") {
        await copyImage(from, destination);
        const back = await source();
        expect(await bytesOf(back)).toEqual(await bytesOf(from));
        await back.close();
        const two = await copyImage(from, (await make()).destination, { platforms: [arm, { os: "linux", architecture: "s390x" }] });
        expect(two).toMatchObject({ manifests: 3, unchanged: false });
      } else {
        await expect(copyImage(from, destination, { allPlatforms: true })).rejects.toMatchObject({ code: "USAGE", hint: /--platform/ });
        const here = process.arch === "arm64" ? "arm64" : "amd64";
        expect((await copyImage(from, destination)).digest).toBe(images[here].digest);
      }
      const again = await make();
      expect((await copyImage(from, again.destination, { platforms: [arm] })).digest).toBe(images.arm64.digest);
      const back = await again.source();
      expect(back.root).toBe(images.arm64.digest);
      await back.close();
      await expect(
        copyImage(from, (await make()).destination, { platforms: [{ os: "windows", architecture: "amd64" }] }),
      ).rejects.toMatchObject({
        code: "PLATFORM_MISSING",
      });
    });

    test("what hangs on an image goes with it when asked: by subject, by cosign's tag, and what hangs on that", async () => {
      const layout = await temporaryLayout();
      const image = await makeImage(layout);
      await list(layout, image.digest, "1.0.0");
      const sbom = await makeImage(layout, { subject: image.digest, layers: ["none"] });
      await list(layout, sbom.digest);
      await list(layout, (await makeImage(layout, { subject: sbom.digest, layers: ["none"] })).digest);
      await list(layout, (await makeImage(layout, { layers: ["none"] })).digest, `sha256-${hexOf(image.digest)}.sig`);
      const from = await layoutSource(layout);
      const { destination, source } = await make();
      if (destination.holds === "one") return;
      expect(await copyImage(from, destination, { withReferrers: true })).toMatchObject({ attached: 3, manifests: 4 });
      const back = await source();
      expect(back.root).toBe(image.digest);
      expect((await back.attached(image.digest)).map(({ tag, digest }) => tag ?? digest).toSorted()).toEqual(
        [sbom.digest, `sha256-${hexOf(image.digest)}.sig`].toSorted(),
      );
      expect(await back.attached(sbom.digest)).toHaveLength(1);
      await back.close();
      const alone = await make();
      expect(await copyImage(from, alone.destination)).toMatchObject({ attached: 0, manifests: 1 });
    });

    test("nothing is written for a try", async () => {
      const layout = await temporaryLayout();
      await list(layout, (await makeImage(layout)).digest, "1.0.0");
      const { destination, source } = await make();
      const tried = await copyImage(await layoutSource(layout), destination, { dryRun: true });
      expect(tried.blobs).toMatchObject({ sent: 4, present: 0 });
      await expect(source()).rejects.toThrow();
    });

    test.each([
      ["is missing", undefined, "IMAGE_NOT_FOUND"],
      ["is another", "something else", /INPUT_INVALID|REGISTRY_REFUSED/],
    ])("where a layer %s, nothing gets the name", async (_, content, code) => {
      const layout = await temporaryLayout();
      await list(layout, (await makeImage(layout)).digest, "1.0.0");
      const from = await layoutSource(layout);
      const root = await from.manifest(from.root);
      const layer = root.kind === "manifest" ? root.layers[1] : undefined;
      if (layer === undefined) throw new Error("no layer");
      if (content === undefined) rmSync(layout.blobPath(layer.digest));
      else writeFileSync(layout.blobPath(layer.digest), content.padEnd(layer.size, "."));
      const { destination, source } = await make();
      await expect(copyImage(from, destination)).rejects.toMatchObject({
        code: typeof code === "string" ? code : expect.stringMatching(code),
      });
      await expect(source()).rejects.toThrow();
    });

    test("layers that are compressed another way keep their diffIDs", async () => {
      const layout = await temporaryLayout();
      const image = await makeImage(layout);
      await list(layout, image.digest, "1.0.0");
      const { destination, source } = await make();
      const copy = await copyImage(await layoutSource(layout), destination, { compress: "gzip" });
      expect(copy.unchanged).toBe(false);
      const back = await source();
      const manifest = await back.manifest(back.root);
      const types = manifest.kind === "manifest" ? manifest.layers.map(({ mediaType }) => mediaType) : [];
      expect(types.filter((type) => type.endsWith("+gzip"))).toHaveLength(3);
      expect(manifest.json).toMatchObject({ "x-manifest": { a: [1] } });
      await back.close();
    });
  });
};
