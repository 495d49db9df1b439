/** What each kind of statement is called (cosign, pkg/cosign/attestation; `--type` of its command). */
export const PREDICATES = {
  cyclonedx: "https://cyclonedx.org/bom",
  spdx: "https://spdx.dev/Document",
  vuln: "https://cosign.sigstore.dev/attestation/vuln/v1",
  openvex: "https://openvex.dev/ns",
  slsaprovenance: "https://slsa.dev/provenance/v0.2",
  slsaprovenance1: "https://slsa.dev/provenance/v1",
} as const;

/** That an image is signed, in the form of cosign 3. */
export const SIGNED = "https://sigstore.dev/cosign/sign/v1";

type PredicateName = keyof typeof PREDICATES;

/** By its short name, or any URI. */
export const predicateTypeOf = (text: string): string | undefined =>
  Object.hasOwn(PREDICATES, text) ? PREDICATES[text as PredicateName] : /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) ? text : undefined;
