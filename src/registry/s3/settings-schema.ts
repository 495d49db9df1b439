import * as v from "valibot";
import { described, durationSchema, sizeSchema } from "../../project/index.ts";

const bucketSchema = v.pipe(
  v.string("expected the bucket's name"),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/, "expected a bucket's name: 3 to 63 letters, digits, dots and hyphens"),
);

const prefixSchema = v.pipe(
  v.string("expected a prefix such as registry"),
  v.regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/,
    "expected names between single slashes, of letters, digits and ._- , as in team/registry",
  ),
  v.maxLength(200, "at most 200 characters"),
);

const endpointSchema = v.pipe(
  v.string("expected an address such as https://s3.example.com"),
  v.check((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined &&
      (url.protocol === "https:" || url.protocol === "http:") &&
      url.username === "" &&
      url.password === "" &&
      url.pathname === "/" &&
      url.search === "" &&
      url.hash === ""
    );
  }, "expected an address such as https://s3.example.com: a scheme, a host and perhaps a port, no path and no credentials"),
);

/** `storage.s3` of `registry.yaml`. */
export const s3Schema = v.strictObject({
  bucket: described("The bucket. It must be there.", bucketSchema),
  prefix: v.optional(described("What every key in the bucket begins with, so that a bucket holds several registries.", prefixSchema)),
  endpoint: v.optional(described("Where the storage answers. Absent: Amazon's, of the region.", endpointSchema)),
  region: v.optional(
    described(
      "The region that requests are signed for.",
      v.pipe(v.string("expected a region"), v.regex(/^[a-z0-9-]{1,40}$/i, "expected a region such as eu-central-1")),
    ),
    "us-east-1",
  ),
  addressing: v.optional(
    described(
      "`path`: the bucket is the first part of the path, as most storages outside of Amazon want it. `host`: it is part of the host's name. Absent: `path` with an endpoint, else `host`.",
      v.picklist(["path", "host"], "expected path or host"),
    ),
  ),
  credentials: v.optional(
    described(
      "Keys in a file. Absent: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials, the container's, the instance's role, in this order.",
      v.strictObject({
        file: described("In the form of ~/.aws/credentials; relative to the data folder.", v.string("expected a path")),
        profile: v.optional(described("The heading in that file. Absent: AWS_PROFILE, else default.", v.string("expected a name"))),
      }),
    ),
  ),
  redirect: v.optional(
    described(
      "Who pulls a blob is sent to the bucket with an address that is good for this long. Clients must reach the endpoint. Absent: blobs come through the registry.",
      durationSchema,
    ),
  ),
  checksums: v.optional(
    described(
      "Every object is sent with x-amz-checksum-sha256, which the storage verifies and keeps. Some older storages refuse the header.",
      v.boolean("expected true or false"),
    ),
    true,
  ),
  partSize: v.optional(
    described(
      "A blob larger than two of these is sent in parts of this size, three at once.",
      v.pipe(
        sizeSchema,
        v.check((bytes) => bytes >= 5 * 1024 * 1024 && bytes <= 1024 ** 3, "from 5mb (S3's own lower bound) to 1gb"),
      ),
    ),
    "32mb",
  ),
  indexEvery: v.optional(
    described("How often a copy of the registry's database goes to the bucket, beside the blobs. Zero: never.", durationSchema),
    "1h",
  ),
});

export type S3Settings = v.InferOutput<typeof s3Schema>;
