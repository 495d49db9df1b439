import * as v from "valibot";
import { type Digest, hasCode, isDigest, wordsOf } from "../core/index.ts";
import { parseJsonObject } from "../image/index.ts";

const PAYLOAD_TYPE = "cosign container image signature";

const Payload = v.object({
  critical: v.strictObject({
    identity: v.strictObject({ "docker-reference": v.pipe(v.string(), v.maxLength(1024)) }),
    image: v.strictObject({ "docker-manifest-digest": v.pipe(v.string(), v.maxLength(256)) }),
    type: v.pipe(v.string(), v.maxLength(256)),
  }),
  optional: v.nullish(v.record(v.string(), v.unknown())),
});

/** Larger than any payload cosign writes, small enough to read a thousand. */
export const PAYLOAD_LIMIT_BYTES = 64 * 1024;

export interface Claim {
  readonly reference: string;
  readonly digest: Digest;
}

/**
 * The bytes cosign signs ("simple signing", containers/image docs/containers-signature.5.md), in cosign's own field order.
 * @param reference `registry/repository`, no tag: the signature is for the digest.
 */
export const payloadFor = (reference: string, digest: Digest): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: { identity: { "docker-reference": reference }, image: { "docker-manifest-digest": digest }, type: PAYLOAD_TYPE },
      optional: null,
    }),
  );

/** What a payload claims, or the words for what is wrong with it. Read only after its signature held. */
export const readClaim = (bytes: Uint8Array): Claim | string => {
  let json: unknown;
  try {
    json = parseJsonObject(bytes, "the signed payload", PAYLOAD_LIMIT_BYTES);
  } catch (error) {
    if (hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE")) return wordsOf(error);
    throw error;
  }
  const parsed = v.safeParse(Payload, json);
  if (!parsed.success) return `the signed payload is not a simple-signing document: ${v.getDotPath(parsed.issues[0]) ?? "it"} is wrong`;
  const { identity, image, type } = parsed.output.critical;
  if (type !== PAYLOAD_TYPE) return `the signed payload's type is "${type}", not "${PAYLOAD_TYPE}"`;
  const digest = image["docker-manifest-digest"];
  if (!isDigest(digest)) return `the signed payload names "${digest.slice(0, 80)}", which is not a digest`;
  return { reference: identity["docker-reference"], digest };
};
