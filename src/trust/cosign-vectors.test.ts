import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Digest, digestOf, parseReference } from "../core/index.ts";
import { type Descriptor, MEDIA } from "../image/index.ts";
import type { SignedName } from "./check-signature.ts";
import { readPublicKey } from "./keys.ts";
import { writeSignatureManifest } from "./signature-manifest.ts";
import { signatureReference } from "./signature-store.ts";
import { mapStore } from "./store.fixture.ts";
import { haveVectors, vectorLines, vectorPath, WITHOUT_VECTORS } from "./vectors.fixture.ts";
import { verifyDigest } from "./verify.ts";

interface Case {
  readonly dir?: string;
  readonly file?: string;
  readonly expect: "accept" | "reject";
  readonly keys?: readonly string[];
  readonly ref?: string;
  readonly identity?: "matchRepository" | "matchExact";
  readonly why?: string;
  readonly fulcioCA?: string;
  readonly pki?: object;
}

interface StoredSignature {
  readonly mimeType: string;
  readonly payload: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const readSignature = (path: string): { readonly layer: Descriptor; readonly payload: Buffer } => {
  const raw = readFileSync(path, "utf8");
  const stored = JSON.parse(raw.slice(raw.indexOf("{"))) as StoredSignature;
  const payload = Buffer.from(stored.payload, "base64");
  return {
    payload,
    layer: { mediaType: stored.mimeType, size: payload.length, digest: digestOf(payload), annotations: stored.annotations },
  };
};

const signaturesIn = (each: Case): readonly string[] =>
  each.file !== undefined
    ? [vectorPath(each.file)]
    : [1, 2].map((n) => vectorPath(each.dir ?? "", `signature-${n}`)).filter((path) => existsSync(path));

/** The digest containers/image would ask for: of the manifest as stored. Where a case has none, a digest nothing was signed for. */
const digestIn = (each: Case): Digest => {
  const path = vectorPath(each.dir ?? "", "manifest.json");
  return digestOf(each.dir !== undefined && existsSync(path) ? readFileSync(path) : "no manifest");
};

const nameOf = (each: Case): SignedName =>
  each.ref === undefined
    ? { match: "any" }
    : { match: each.identity === "matchExact" ? "exact" : "repository", name: exactName(each.ref, each.identity) };
/** containers/image compares a reference without tag as :latest. */
const exactName = (ref: string, identity: Case["identity"]): string =>
  identity === "matchExact" && ref.lastIndexOf(":") <= ref.lastIndexOf("/") ? `${ref}:latest` : ref;

describe.skipIf(!haveVectors)(`containers/image's cosign signatures (${WITHOUT_VECTORS} when skipped)`, () => {
  const cases = vectorLines<Case>("containers-image-cosign", "cases.jsonl");
  test("there are 17", () => expect(cases).toHaveLength(17));
  test.each(cases.map((each) => ({ ...each, title: `${each.dir ?? each.file} ${each.keys?.join() ?? "keyless"} ${each.identity ?? ""}` })))(
    "$title: $expect",
    async (each) => {
      const store = mapStore();
      const signatures = signaturesIn(each).map(readSignature);
      const repository = parseReference("127.0.0.1:5000/vector");
      const digest = digestIn(each);
      for (const { layer, payload } of signatures) store.blobs.set(layer.digest, payload);
      const { manifest } = writeSignatureManifest(signatures.map(({ layer }) => layer));
      await store.writeManifest(signatureReference(repository, digest), MEDIA.ociManifest, manifest);
      const keys = (each.keys ?? ["cosign.pub"]).map((name) => readPublicKey(vectorPath("containers-image-cosign", name)));
      const found = await verifyDigest(store, repository, digest, keys, { name: nameOf(each) });
      if (each.keys === undefined) {
        // Fulcio and PKI: said plainly, never passed.
        expect(found).toMatchObject({ verified: false, refusals: [{ kind: "not-supported-yet" }] });
        return;
      }
      expect(found.verified, JSON.stringify(found)).toBe(each.expect === "accept");
    },
  );
});
