import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { algorithmOf, type Digest, hexOf } from "../../core/index.ts";
import { bytesBody, discard } from "../../image/index.ts";
import { readPolicy } from "../policy/policy.ts";
import type { Medium } from "../store/medium.fixture.ts";
import { createS3Client, type S3Client } from "./client.ts";
import { isMissing } from "./failure.ts";
import { listObjects, listUploads } from "./listing.ts";
import type { S3Server } from "./s3-server.fixture.ts";
import { sha256Hex } from "./sign.ts";

/** A bucket under test: where it answers, and the keys to it. */
export type BucketAddress = Pick<S3Server, "endpoint" | "bucket" | "accessKeyId" | "secretAccessKey"> & {
  readonly sessionToken?: string | undefined;
};

/** `registry.yaml` for a folder whose blobs are in the bucket, under the folder's own name; the keys are written into the folder. */
export const bucketSettings = (address: BucketAddress, folder: string, more = ""): string => {
  const { endpoint, bucket, accessKeyId, secretAccessKey, sessionToken } = address;
  writeFileSync(
    join(folder, "keys"),
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${sessionToken === undefined ? "" : `aws_session_token = ${sessionToken}\n`}`,
    { mode: 0o600 },
  );
  return `storage: {s3: {bucket: ${bucket}, prefix: t/${basename(folder)}, endpoint: "${endpoint}", credentials: {file: keys}${more}}}\n`;
};

/** A client of the bucket that a folder's settings name, and what its keys begin with. */
export const bucketOf = async <Result>(folder: string, work: (client: S3Client, root: string) => Promise<Result>): Promise<Result> => {
  const settings = readPolicy(folder).settings.storage.s3;
  if (settings === undefined) throw new Error(`${folder} has no bucket`);
  const client = createS3Client({ settings, dataFolder: folder });
  try {
    return await work(client, `${settings.prefix ?? ""}/`);
  } finally {
    client.close();
  }
};

const keyOf = (root: string, digest: Digest): string => `${root}blobs/${algorithmOf(digest)}/${hexOf(digest).slice(0, 2)}/${hexOf(digest)}`;

/** Makes the bucket, where it is not there yet. `folder`: one for the keys. */
export const makeBucket = async (address: BucketAddress, folder: string): Promise<void> => {
  writeFileSync(join(folder, "registry.yaml"), bucketSettings(address, folder));
  await bucketOf(folder, (client) => client.text({ method: "PUT" }));
};

/** Multipart uploads that are under way in a folder's part of the bucket. */
export const pendingUploads = (folder: string): Promise<readonly string[]> =>
  bucketOf(folder, async (client, root) => {
    const keys: string[] = [];
    for await (const { key } of listUploads(client, root)) keys.push(key);
    return keys;
  });

/**
 * @param address of the bucket that new folders get; absent where folders have their settings already
 * @param backdate writes an object as of long ago, where a server can do that
 */
export const bucketMedium = (address?: BucketAddress, backdate?: S3Server["put"]): Medium => ({
  backdates: backdate !== undefined,
  settings: (folder) => (address === undefined ? "" : bucketSettings(address, folder)),
  write: (folder, digest, bytes, at) =>
    bucketOf(folder, async (client, root) => {
      if (at !== undefined && backdate !== undefined) return backdate(keyOf(root, digest), Buffer.from(bytes), at);
      const body = Buffer.from(bytes);
      await client.text({ method: "PUT", key: keyOf(root, digest), body: { ...bytesBody(body), sha256: sha256Hex(body) } });
    }),
  remove: (folder, digest) =>
    bucketOf(folder, async (client, root) => {
      await client.text({ method: "DELETE", key: keyOf(root, digest) });
    }),
  has: (folder, digest) =>
    bucketOf(folder, async (client, root) => {
      try {
        await discard(await client.send({ method: "HEAD", key: keyOf(root, digest) }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    }),
  digests: (folder) =>
    bucketOf(folder, async (client, root) => {
      const found: string[] = [];
      for await (const { key } of listObjects(client, `${root}blobs/`)) {
        const [algorithm, , hex] = key.slice(`${root}blobs/`.length).split("/");
        found.push(`${algorithm}:${hex}`);
      }
      return found;
    }),
  quarantined: (folder) =>
    bucketOf(folder, async (client, root) => {
      const names: string[] = [];
      for await (const { key } of listObjects(client, `${root}quarantine/`)) names.push(basename(key));
      return names;
    }),
  nameOf: (folder, digest) => keyOf(`t/${basename(folder)}/`, digest),
});
