export {
  generateKeyPair,
  isEncryptedKey,
  type KeyPairText,
  readPrivateKey,
  readPublicKey,
  type SigningKey,
  type TrustedKey,
} from "./keys.ts";
export { writeKeyPair } from "./key-files.ts";
export { keyPassword, type PasswordPrompt } from "./password.ts";
export { terminalPrompt } from "./terminal-prompt.ts";
export type { Refusal } from "./refusal.ts";
export { type Signed, signDigest } from "./sign.ts";
export { digestsToSign } from "./subjects.ts";
export type { SignatureStore, StoredManifest } from "./signature-store.ts";
export type { SignedName } from "./check-signature.ts";
export { requireVerified, type Verification, verifyDigest, type VerifyOptions } from "./verify.ts";
export { rememberingStore } from "./remembering-store.ts";
export { registryStore } from "./registry-store.ts";
export { attest, signAsBundle } from "./attestation/attest.ts";
export { PREDICATES, predicateTypeOf } from "./attestation/predicates.ts";
export { readAttestations } from "./attestation/read.ts";
export type { AttestationStore } from "./attestation/store.ts";
