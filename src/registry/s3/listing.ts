import type { S3Client } from "./client.ts";
import { S3Failure } from "./failure.ts";
import { elements, textOf } from "./xml.ts";

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

const keyOf = (xml: string): string => {
  try {
    return decodeURIComponent((textOf(xml, "Key") ?? "").replaceAll("+", " "));
  } catch {
    return "";
  }
};

/** Every object under a prefix, a page of 1000 at a time, in the order of keys (ListObjectsV2). */
export async function* listObjects(client: S3Client, prefix: string): AsyncGenerator<ListedObject> {
  for (let token = ""; ;) {
    const { text } = await client.text({
      method: "GET",
      query: { "list-type": "2", "encoding-type": "url", prefix, ...(token === "" ? {} : { "continuation-token": token }) },
    });
    for (const entry of elements(text, "Contents"))
      yield {
        key: keyOf(entry),
        sizeBytes: Number(textOf(entry, "Size") ?? 0),
        modifiedAt: Date.parse(textOf(entry, "LastModified") ?? ""),
      };
    if (textOf(text, "IsTruncated") !== "true") return;
    const next = textOf(text, "NextContinuationToken") ?? "";
    if (next === "" || next === token)
      throw new S3Failure(`listing ${prefix}`, 200, "", "the list goes on, but the storage does not say where");
    token = next;
  }
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAt: number;
}

/** Multipart uploads that were begun and neither completed nor aborted. */
export async function* listUploads(client: S3Client, prefix: string): AsyncGenerator<ListedUpload> {
  for (let marker: Readonly<Record<string, string>> = {}; ;) {
    const { text } = await client.text({ method: "GET", query: { uploads: "", "encoding-type": "url", prefix, ...marker } });
    for (const entry of elements(text, "Upload"))
      yield { key: keyOf(entry), uploadId: textOf(entry, "UploadId") ?? "", begunAt: Date.parse(textOf(entry, "Initiated") ?? "") };
    if (textOf(text, "IsTruncated") !== "true") return;
    const next = { "key-marker": textOf(text, "NextKeyMarker") ?? "", "upload-id-marker": textOf(text, "NextUploadIdMarker") ?? "" };
    if (next["key-marker"] === marker["key-marker"] && next["upload-id-marker"] === marker["upload-id-marker"]) return;
    marker = next;
  }
}
