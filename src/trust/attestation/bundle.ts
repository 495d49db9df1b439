import * as v from "valibot";
import { hexOf } from "../../core/index.ts";
import type { TrustedKey } from "../keys.ts";
import type { Envelope } from "./envelope.ts";

/** Of the manifest, of its layer and of the document (sigstore/protobuf-specs, sigstore_bundle.proto). */
export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Any version: older ones have another form of the same name. */
export const BUNDLE_TYPES = /^application\/vnd\.dev\.sigstore\.bundle[.+]/;

const BUNDLE = v.object({
  mediaType: v.pipe(v.string(), v.regex(BUNDLE_TYPES)),
  verificationMaterial: v.looseObject({ certificate: v.optional(v.unknown()), x509CertificateChain: v.optional(v.unknown()) }),
  dsseEnvelope: v.optional(v.unknown()),
});

/** One signed by a key: without a certificate, and in no log. */
export const writeBundle = (envelope: Envelope, { fingerprint }: TrustedKey): Buffer =>
  Buffer.from(
    JSON.stringify({
      mediaType: BUNDLE_TYPE,
      // As cosign names a key: its SPKI's SHA-256, base64.
      verificationMaterial: { publicKey: { hint: Buffer.from(hexOf(fingerprint), "hex").toString("base64") } },
      dsseEnvelope: envelope,
    }),
  );

/** The envelope in it, or why there is none to look at. */
export const envelopeIn = (bundle: unknown): { readonly envelope: unknown } | string => {
  const parsed = v.safeParse(BUNDLE, bundle);
  if (!parsed.success) return "it is no Sigstore bundle";
  const { verificationMaterial, dsseEnvelope } = parsed.output;
  if (verificationMaterial.certificate !== undefined || verificationMaterial.x509CertificateChain !== undefined)
    return "it is checked by a certificate (keyless), and only keys are read so far";
  return dsseEnvelope === undefined ? "it signs no statement" : { envelope: dsseEnvelope };
};
