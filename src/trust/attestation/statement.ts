import * as v from "valibot";
import { algorithmOf, type Digest, hasCode, hexOf, isDigest, wordsOf } from "../../core/index.ts";
import { parseJsonObject } from "../../image/index.ts";

/** What is said of an image: the type is a URI, and says how the predicate is to be read. */
export interface Claim {
  readonly predicateType: string;
  readonly predicate: object;
}

/** A claim and what it is about (github.com/in-toto/attestation, spec/v1/statement.md). */
export interface Statement extends Claim {
  readonly subjects: readonly Digest[];
}

/** cosign writes the older one under its `.att` tag, and the newer one into bundles. */
const TYPES = { tag: "https://in-toto.io/Statement/v0.1", bundle: "https://in-toto.io/Statement/v1" } as const;

/** An SBOM of a large image has some ten megabytes. */
export const STATEMENT_LIMIT_BYTES = 32 * 1024 * 1024;

const STATEMENT = v.object({
  _type: v.picklist(Object.values(TYPES)),
  subject: v.pipe(v.array(v.object({ digest: v.record(v.string(), v.string()) })), v.minLength(1), v.maxLength(1000)),
  predicateType: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)),
  predicate: v.looseObject({}),
});

/** The bytes that are signed: the same for the same claim. @param name `registry/repository`, without a tag: the statement is about the digest. */
export const writeStatement = (form: keyof typeof TYPES, name: string, digest: Digest, { predicateType, predicate }: Claim): Buffer => {
  const subject = [{ name, digest: { [algorithmOf(digest)]: hexOf(digest) } }];
  return Buffer.from(JSON.stringify({ _type: TYPES[form], predicateType, subject, predicate }));
};

/** What a statement says, or the words for what is wrong with it. Read only after its signature held. */
export const readStatement = (bytes: Uint8Array): Statement | string => {
  let json: unknown;
  try {
    json = parseJsonObject(bytes, "the signed statement", STATEMENT_LIMIT_BYTES);
  } catch (error) {
    if (hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE")) return wordsOf(error);
    throw error;
  }
  const parsed = v.safeParse(STATEMENT, json);
  if (!parsed.success) return `what was signed is no in-toto statement: ${v.getDotPath(parsed.issues[0]) ?? "it"} is wrong`;
  const { subject, predicateType, predicate } = parsed.output;
  const digests = subject.flatMap(({ digest }) => Object.entries(digest).map(([algorithm, hex]) => `${algorithm}:${hex}`));
  return { predicateType, predicate, subjects: digests.filter(isDigest) };
};
