import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, test } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { type RawAnswer, startTestRegistry, type TestRegistry } from "../registry.fixture.ts";

/**
 * Our own reading of opencontainers/distribution-spec, spec.md (1.1 and what `main` adds), over HTTP against a started registry. A test's name quotes the sentence
 * it holds the registry to. Sentences that bind clients are held by the tests of `src/image/client`.
 */
export type Algorithm = "sha256" | "sha512";

export interface Suite {
  /** A request as it stands. */
  readonly raw: TestRegistry["raw"];
  readonly address: () => string;
  /** A repository that no other test knows. */
  readonly repository: () => string;
  /** The Location of a new upload. */
  readonly begin: (repository: string, query?: string) => Promise<string>;
  /** POST and PUT. The digest. */
  readonly pushBlob: (repository: string, bytes: Uint8Array, algorithm?: Algorithm) => Promise<string>;
  readonly putManifest: (repository: string, reference: string, bytes: Uint8Array, type?: string) => Promise<RawAnswer>;
}

/** One registry for the file that asks for it. */
export const startSuite = (): Suite => {
  let registry: TestRegistry | undefined;
  let count = 0;
  beforeAll(async () => {
    registry = await startTestRegistry();
  });
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
  });
  const started = (): TestRegistry => {
    if (registry === undefined) throw new Error("the registry is not started yet");
    return registry;
  };
  const raw: TestRegistry["raw"] = (...request) => started().raw(...request);
  const begin = async (repository: string, query = ""): Promise<string> => {
    const answer = await raw("POST", `/v2/${repository}/blobs/uploads/${query}`);
    if (answer.status !== 202) throw new Error(`POST: ${answer.status}`);
    return String(answer.headers.location);
  };
  return {
    raw,
    address: () => started().running.address,
    repository: () => `conformance/r${++count}`,
    begin,
    pushBlob: async (repository, bytes, algorithm = "sha256") => {
      const digest = digestIn(algorithm, bytes);
      const answer = await raw("PUT", `${await begin(repository)}?digest=${digest}`, { headers: OCTETS, body: bytes });
      if (answer.status !== 201) throw new Error(`PUT: ${answer.status} ${answer.message ?? ""}`);
      return digest;
    },
    putManifest: (repository, reference, bytes, type = MEDIA.ociManifest) =>
      raw("PUT", `/v2/${repository}/manifests/${reference}`, { headers: { "content-type": type }, body: bytes }),
  };
};

export const OCTETS = { "content-type": "application/octet-stream" };
export const NOWHERE = `sha256:${"0".repeat(64)}`;

export const digestIn = (algorithm: Algorithm, bytes: Uint8Array | string): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

/** `it("Pulling blobs", "If ... MUST ...", ...)`: the name of the test is the section and the sentence. */
export const must = (section: string, sentence: string, check: () => Promise<void>): void => {
  test(`${section}: ${sentence}`, check);
};

export interface DescriptorJson {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export const describeBytes = (mediaType: string, bytes: Uint8Array | string, algorithm: Algorithm = "sha256"): DescriptorJson => ({
  mediaType,
  digest: digestIn(algorithm, bytes),
  size: Buffer.byteLength(bytes),
});

/** An image manifest whose only part is the `{}` configuration, unlike every other by an annotation, unless `fields` say more. */
export const emptyManifest = (fields: Readonly<Record<string, unknown>> = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: describeBytes(MEDIA.ociEmpty, "{}"),
      layers: [],
      annotations: { random: randomBytes(8).toString("hex") },
      ...fields,
    }),
  );

/** A repository with the `{}` blob that `emptyManifest` needs. */
export const seeded = async (suite: Suite): Promise<string> => {
  const repository = suite.repository();
  await suite.pushBlob(repository, Buffer.from("{}"));
  return repository;
};
