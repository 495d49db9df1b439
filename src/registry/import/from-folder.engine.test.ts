import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerRegistry, startDockerRegistry } from "../../../test/support/docker-registry.ts";
import { type Digest, hexOf, parseReference } from "../../core/index.ts";
import { copyToRegistry, createRegistryClient } from "../../image/index.ts";
import { makeImage, makeIndex, startTestRegistry, temporaryFolder, temporaryLayout } from "../registry.fixture.ts";
import { fromDistributionFolder } from "./from-folder.ts";
import { importImages } from "./run.ts";

const binary = dockerRegistry();

test.skipIf(binary === undefined)("Debian's docker-registry is taken over from its folder, and nothing of a corrupt file", async () => {
  const folder = temporaryFolder();
  const layout = await temporaryLayout();
  const pushed = new Map<string, Digest>();
  const client = createRegistryClient({ credentials: async () => undefined });
  const layers = new Map<string, Digest>();
  {
    await using peer = await startDockerRegistry(binary ?? "", folder);
    for (const name of ["good", "rotten", "cut", "empty-link", "linked-out", "deleted", "library/nested/deep"]) {
      const image = await makeImage(layout, [{ path: name, body: randomBytes(300_000) }]);
      const index = await makeIndex(layout, [{ digest: image, architecture: "amd64" }]);
      const manifest = await layout.manifest(image);
      if (manifest.kind === "manifest" && manifest.layers[0] !== undefined) layers.set(name, manifest.layers[0].digest);
      await copyToRegistry(layout, index, client, parseReference(`${peer.address}/${name}:1.0.0`));
      pushed.set(name, index);
    }
    await client.deleteManifest(parseReference(`${peer.address}/deleted@${pushed.get("deleted")}`));
  }
  client.close();
  const root = join(folder, "data", "docker", "registry", "v2");
  const layerFile = (name: string): string => {
    const hex = hexOf(layers.get(name) ?? ("" as Digest));
    return join(root, "blobs", "sha256", hex.slice(0, 2), hex, "data");
  };
  const flipped = readFileSync(layerFile("rotten"));
  flipped[100_000] = (flipped[100_000] ?? 0) ^ 1;
  writeFileSync(layerFile("rotten"), flipped);
  writeFileSync(layerFile("cut"), readFileSync(layerFile("cut")).subarray(0, 1000));
  writeFileSync(join(root, "repositories", "empty-link", "_manifests", "tags", "1.0.0", "current", "link"), "");
  rmSync(layerFile("linked-out"));
  symlinkSync("/etc/passwd", layerFile("linked-out"));

  await using to = await startTestRegistry();
  const report = await importImages(fromDistributionFolder(join(folder, "data")), to.client, { registry: to.running.address });
  expect(report.imported.map(({ repository, digest }) => [repository, digest])).toEqual([
    ["good", pushed.get("good")],
    ["library/nested/deep", pushed.get("library/nested/deep")],
  ]);
  const why = new Map(report.leftOut.map((one) => [one.repository, one.why]));
  expect([...why.keys()].sort()).toEqual(["cut", "empty-link", "linked-out", "rotten"]);
  expect(why.get("rotten")).toMatch(/do not have the digest/);
  expect(why.get("cut")).toMatch(/1000 of \d+ bytes/);
  expect(why.get("empty-link")).toMatch(/holds nothing where a digest belongs/);
  expect(why.get("linked-out")).toMatch(/no file of the blob/);
  for (const name of why.keys()) expect(await to.client.hasBlob(to.at(name), layers.get(name) ?? ("" as Digest))).toBe(false);
  expect(() => fromDistributionFolder(folder.replace(/[^/]+$/, "nowhere"))).toThrow(/not the data folder/);
});
