import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { describeBytes, digestIn, emptyManifest, must, NOWHERE, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();
const status = async (method: string, path: string): Promise<number> => (await suite.raw(method, `/v2/${path}`)).status;

must(
  "Deleting tags (end-9)",
  "Upon success, the registry MUST respond with a `202 Accepted` code; a `GET` of the tag will return a 404",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    for (const tag of ["one", "two"]) await suite.putManifest(repository, tag, bytes);
    expect(await status("DELETE", `${repository}/manifests/one`)).toBe(202);
    expect(await status("GET", `${repository}/manifests/one`)).toBe(404);
    expect(await status("HEAD", `${repository}/manifests/one`)).toBe(404);
    expect(await status("GET", `${repository}/manifests/two`)).toBe(200);
    expect(await status("GET", `${repository}/manifests/${digestIn("sha256", bytes)}`)).toBe(200);
    expect(JSON.parse((await suite.raw("GET", `/v2/${repository}/tags/list`)).body.toString())).toMatchObject({ tags: ["two"] });
  },
);

must(
  "Deleting Manifests (end-9)",
  "Upon success, the registry MUST respond with a `202 Accepted` code; a `GET` of the digest and any tag pointing to it will return a 404",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    for (const algorithm of ["sha256", "sha512"] as const) {
      const digest = digestIn(algorithm, bytes);
      await suite.putManifest(repository, `${digest}?tag=${algorithm}-a&tag=${algorithm}-b`, bytes);
      expect(await status("DELETE", `${repository}/manifests/${digest}`)).toBe(202);
      for (const reference of [digest, `${algorithm}-a`, `${algorithm}-b`])
        expect(await status("GET", `${repository}/manifests/${reference}`)).toBe(404);
    }
  },
);

must("Deleting Manifests", "If the repository does not exist, the response MUST return `404 Not Found`", async () => {
  expect(await status("DELETE", `conformance/nobody/manifests/${NOWHERE}`)).toBe(404);
  expect(await status("DELETE", "conformance/nobody/manifests/latest")).toBe(404);
  expect(await status("DELETE", `${await seeded(suite)}/manifests/${NOWHERE}`)).toBe(404);
});

must("Deleting Blobs (end-10)", "Upon success, the registry MUST respond with code `202 Accepted`", async () => {
  const repository = suite.repository();
  for (const algorithm of ["sha256", "sha512"] as const) {
    const digest = await suite.pushBlob(repository, randomBytes(10), algorithm);
    expect(await status("DELETE", `${repository}/blobs/${digest}`)).toBe(202);
    expect(await status("HEAD", `${repository}/blobs/${digest}`)).toBe(404);
  }
});

must("Deleting Blobs", "If the blob is not found, a `404 Not Found` code MUST be returned", async () => {
  expect(await status("DELETE", `conformance/nobody/blobs/${NOWHERE}`)).toBe(404);
  expect(await status("DELETE", `${await seeded(suite)}/blobs/${NOWHERE}`)).toBe(404);
});

must(
  "Content Management",
  "an index, its images and their blobs are deleted in this order (conformance/run.go, TestDelete), each gone when it is answered",
  async () => {
    const repository = await seeded(suite);
    const layer = randomBytes(100);
    await suite.pushBlob(repository, layer);
    const image = emptyManifest({ layers: [describeBytes(MEDIA.ociLayer, layer)] });
    await suite.putManifest(repository, digestIn("sha256", image), image);
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [describeBytes(MEDIA.ociManifest, image)] }),
    );
    await suite.putManifest(repository, "index", index, MEDIA.ociIndex);
    const steps = [
      "manifests/index",
      `manifests/${digestIn("sha256", index)}`,
      `manifests/${digestIn("sha256", image)}`,
      `blobs/${digestIn("sha256", layer)}`,
    ];
    for (const path of steps) {
      expect([path, await status("DELETE", `${repository}/${path}`)]).toEqual([path, 202]);
      expect([path, await status("HEAD", `${repository}/${path}`)]).toEqual([path, 404]);
    }
    // And again from the beginning: nothing of what was deleted stands in the way.
    await suite.pushBlob(repository, layer);
    expect((await suite.putManifest(repository, digestIn("sha256", image), image)).status).toBe(201);
    expect((await suite.putManifest(repository, "index", index, MEDIA.ociIndex)).status).toBe(201);
  },
);
