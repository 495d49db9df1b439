import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { SeaworthyError } from "../../core/index.ts";
import { bytesBody } from "../../image/index.ts";
import { BUFFER_BYTES } from "../buffers.ts";
import type { BlobStorage } from "../store/blob-storage.ts";
import type { Database } from "../store/database.ts";
import { identityOf } from "../store/open-storage.ts";
import type { Reached } from "../store/points.ts";
import { createS3Client, type S3Client } from "./client.ts";
import { isMissing, S3Failure } from "./failure.ts";
import { listObjects } from "./listing.ts";
import { hashOfRange } from "./multipart.ts";
import type { S3Settings } from "./settings-schema.ts";
import { sha256Hex } from "./sign.ts";
import { createS3Storage } from "./storage.ts";

/** How many copies of the database a bucket keeps. */
const KEPT_COPIES = 3;
const SCHEMA = "seaworthy/registry-storage@1";

/** A registry's part of a bucket, open. */
export interface Bucket {
  readonly storage: BlobStorage;
  /** Puts a copy of the database beside the blobs, as `index/<time>.sqlite`, and removes the oldest. Its name. */
  keepCopy(scratch: string, at: Date): Promise<string>;
}

const identityIn = async (client: S3Client, key: string): Promise<string | undefined> => {
  try {
    const { text } = await client.text({ method: "GET", key }, 64 * 1024);
    return /"identity"\s*:\s*"([0-9a-f-]{36})"/.exec(text)?.[1] ?? "unreadable";
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Writes who owns this part of the bucket, unless somebody did. True when it was written. */
const claim = async (client: S3Client, key: string, identity: string): Promise<boolean> => {
  const bytes = Buffer.from(`${JSON.stringify({ schema: SCHEMA, identity })}\n`);
  const put = async (headers: Readonly<Record<string, string>>): Promise<void> => {
    const body = { ...bytesBody(bytes), sha256: sha256Hex(bytes) };
    await client.text({ method: "PUT", key, headers: { "content-type": "application/json", ...headers }, body });
  };
  try {
    await put({ "if-none-match": "*" });
    return true;
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    if (error.status === 412 || error.status === 409) return false;
    if (error.status !== 501 && error.s3Code !== "NotImplemented") throw error;
    // A storage without conditional writes: then only two first starts within a moment could both believe that it is theirs.
    await put({});
    return true;
  }
};

const wrongStorage = (message: string, hint: string): SeaworthyError => new SeaworthyError("STATE_NEEDS_PERSON", message, { hint });

const hasBlobs = (database: Database): boolean => database.one("SELECT 1 AS some FROM blob WHERE state = 'present' LIMIT 1") !== undefined;

/**
 * Makes sure that this database and this part of the bucket belong together: a collection by the records of another would take every blob.
 * @throws STATE_NEEDS_PERSON
 */
const requireOwn = async (database: Database, client: S3Client, root: string, where: string): Promise<void> => {
  const key = `${root}registry.json`;
  const own = identityOf(database);
  if (own === undefined && hasBlobs(database))
    throw wrongStorage(
      `this data folder holds its blobs as files, and registry.yaml says that they are in ${where}`,
      "Take storage.s3 out of registry.yaml again; or serve the bucket from a new data folder and bring the images over: seaworthy registry import.",
    );
  const there = await identityIn(client, key);
  if (there !== undefined && there !== own)
    throw wrongStorage(
      `${where} holds the blobs of another registry, or of this one from before its database was lost`,
      `Choose another prefix; or put the newest copy of that registry's database, ${where}/index/*.sqlite, into the data folder as registry.sqlite.`,
    );
  if (there !== undefined) return;
  if (hasBlobs(database))
    throw wrongStorage(
      `${where} is not where this registry's blobs are: there is no ${key}`,
      "Correct storage.s3 in registry.yaml. When the objects were moved there, registry.json has to come with them.",
    );
  const identity = own ?? randomUUID();
  if (own === undefined) database.run("INSERT INTO storage (one, identity) VALUES (1, ?)", identity);
  if (!(await claim(client, key, identity)))
    throw wrongStorage(`another registry took ${where} at this very moment`, "Choose another prefix for one of the two.");
};

const put = async (client: S3Client, key: string, path: string): Promise<void> => {
  const { size } = await stat(path);
  const sha256 = (await hashOfRange(path, 0, size - 1)).toString("hex");
  const open = () => createReadStream(path, { highWaterMark: BUFFER_BYTES });
  await client.text({ method: "PUT", key, body: { sizeBytes: size, sha256, open } });
};

/** Opens the bucket that the settings name for the registry of this database. @throws STATE_NEEDS_PERSON, REGISTRY_UNREACHABLE, REGISTRY_REFUSED, INPUT_NOT_FOUND */
export const openBucket = async (
  settings: S3Settings,
  { database, dataFolder, reached }: { readonly database: Database; readonly dataFolder: string; readonly reached: Reached },
): Promise<Bucket> => {
  const client = createS3Client({ settings, dataFolder });
  const root = settings.prefix === undefined ? "" : `${settings.prefix}/`;
  try {
    await requireOwn(database, client, root, `s3://${settings.bucket}${settings.prefix === undefined ? "" : `/${settings.prefix}`}`);
    const storage = createS3Storage({ client, settings, reached });
    // Whatever is under way there is of a process that died. A storage that cannot list them keeps them; collections try again.
    await storage.sweep(Infinity).catch(() => undefined);
    return {
      storage,
      keepCopy: async (scratch, at) => {
        const name = `${root}index/${at.toISOString().replace(/[:.]/g, "-")}.sqlite`;
        try {
          await database.copyTo(scratch);
          await put(client, name, scratch);
        } finally {
          await rm(scratch, { force: true });
        }
        const copies: string[] = [];
        for await (const { key } of listObjects(client, `${root}index/`)) if (key.endsWith(".sqlite")) copies.push(key);
        for (const key of copies.toSorted().slice(0, -KEPT_COPIES)) await client.text({ method: "DELETE", key });
        return name;
      },
    };
  } catch (error) {
    client.close();
    throw error;
  }
};
