import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { byDigest, byTag, digestOf, parseReference, type Reference } from "../../src/core/index.ts";
import {
  collect,
  createRegistryClient,
  MEDIA,
  noHostRules,
  pushArtifact,
  readArtifact,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../src/image/index.ts";

const MIB = 1024 * 1024;

/** A registry that is running, and how one gets in. */
export interface RegistryUnderTest {
  readonly host: string;
  readonly credentials?: RegistryClientOptions["credentials"];
}

let names = 0;

/** What the client does at every registry that there is. */
export const clientContract = (name: string, registry: () => RegistryUnderTest): void => {
  const clientOf = (options: RegistryClientOptions = {}): RegistryClient => {
    const { credentials = async () => undefined } = registry();
    const client = createRegistryClient({ credentials, hosts: noHostRules, env: {}, ...options });
    onTestFinished(() => client.close());
    return client;
  };
  const fresh = (): Reference => parseReference(`${registry().host}/contract/app${(names += 1)}`);
  const small = (client: RegistryClient, at: Reference, words: string) =>
    pushArtifact(client, at, {
      artifactType: "application/vnd.test",
      config: { mediaType: MEDIA.ociEmpty, bytes: Buffer.from("{}") },
      layers: [{ mediaType: "text/plain", bytes: Buffer.from(words) }],
    });

  describe(name, () => {
    test("blobs go in whole, as a stream and in pieces, and come out whole and from the middle", async () => {
      const client = clientOf();
      const at = fresh();
      await client.ping(at.registry);
      const bytes = randomBytes(3 * MIB + 17);
      const digest = digestOf(bytes);
      expect(await client.hasBlob(at, digest)).toBe(false);
      expect(await client.pushBlob(at, bytes)).toEqual({ digest, size: bytes.length });
      expect(await client.hasBlob(at, digest)).toBe(true);
      expect(Buffer.from(await collect(client.blob(at, digest, bytes.length), bytes.length, "blob"))).toEqual(bytes);
      const middle = await client.openBlob(at, digest, { startBytes: 2 * MIB });
      expect(middle.sizeBytes).toBe(bytes.length);
      expect(Buffer.from(await collect(middle.bytes, bytes.length, "blob"))).toEqual(bytes.subarray(2 * MIB));

      const other = randomBytes(2 * MIB);
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        for (let start = 0; start < other.length; start += 300_000) yield other.subarray(start, start + 300_000);
      };
      expect(await client.pushBlob(at, { stream: stream() })).toEqual({ digest: digestOf(other), size: other.length });
      expect((await client.pushBlob(at, new Uint8Array())).size).toBe(0);
      await expect(client.pushBlob(at, bytes, digestOf("other"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
      await expect(collect(client.blob(at, digestOf("none")), 10, "blob")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    });

    test("a blob is taken over from another repository", async () => {
      const client = clientOf();
      const [from, to] = [fresh(), fresh()];
      const bytes = randomBytes(MIB);
      const { digest } = await client.pushBlob(from, bytes);
      expect(await client.mountBlob(to, digest, from.repository)).toBe(true);
      expect(await client.hasBlob(to, digest)).toBe(true);
      const sent: number[] = [];
      await client.pushBlob(fresh(), bytes, digest, { mountFrom: from.repository, onSent: (count) => sent.push(count) });
      expect(sent).toEqual([]);
      expect(await client.mountBlob(to, digestOf("nobody has it"), from.repository)).toBe(false);
    });

    test("manifests by tag and digest, resolved, listed and deleted", async () => {
      const client = clientOf();
      const at = fresh();
      expect(await client.tags(at)).toEqual([]);
      const first = await small(client, byTag(at, "1.0.0"), "one");
      await small(client, byTag(at, "dev"), "two");
      expect(await client.tags(at)).toEqual(["1.0.0", "dev"]);
      expect(await client.resolve(byTag(at, "1.0.0"))).toEqual({
        digest: first.digest,
        mediaType: MEDIA.ociManifest,
        sizeBytes: first.bytes.length,
      });
      const read = await client.manifest(byDigest(at, first.digest));
      expect(Buffer.from(read.bytes)).toEqual(Buffer.from(first.bytes));
      expect((await readArtifact(client, byTag(at, "dev"))).layers.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["two"]);
      await expect(client.manifest(byTag(at, "none"))).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
      await client.deleteManifest(byDigest(at, first.digest));
      await expect(client.manifest(byDigest(at, first.digest))).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    });

    test("what names an image as its subject is found, by the registry or by the fallback tag, and is gone when deleted", async () => {
      const client = clientOf();
      const at = fresh();
      const image = await small(client, byTag(at, "latest"), "image");
      const subject = { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length };
      const attach = (type: string) =>
        pushArtifact(client, at, {
          artifactType: type,
          config: { mediaType: MEDIA.ociEmpty, bytes: Buffer.from("{}") },
          layers: [{ mediaType: "application/json", bytes: Buffer.from(`"${type}"`) }],
          subject,
          annotations: { "org.example.kind": type },
        });
      const [sbom, scan] = await Promise.all([attach("application/vnd.sbom"), attach("application/vnd.scan")]);
      const found = await client.referrers(at, image.digest);
      expect(new Set(found.map(({ digest }) => digest))).toEqual(new Set([sbom.digest, scan.digest]));
      expect(await client.referrers(at, image.digest, "application/vnd.sbom")).toMatchObject([
        { digest: sbom.digest, artifactType: "application/vnd.sbom", annotations: { "org.example.kind": "application/vnd.sbom" } },
      ]);
      expect(await client.referrers(at, digestOf("nobody's subject"))).toEqual([]);
      await client.deleteManifest(byDigest(at, sbom.digest));
      expect((await client.referrers(at, image.digest)).map(({ digest }) => digest)).toEqual([scan.digest]);
    });

    test("many at once, with few connections", async () => {
      const client = clientOf({ perHost: 3 });
      const at = fresh();
      const pushed = await Promise.all(Array.from({ length: 20 }, () => client.pushBlob(at, randomBytes(200_000))));
      const read = await Promise.all(pushed.map(({ digest, size }) => collect(client.blob(at, digest, size), size, "blob")));
      expect(read.map((bytes) => digestOf(bytes))).toEqual(pushed.map(({ digest }) => digest));
    });
  });
};
