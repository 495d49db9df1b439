import { type Digest, hasCode, wordsOf } from "../../core/index.ts";
import { type AttestationStore, digestsToSign, registryStore, signAsBundle, signDigest, type SigningKey } from "../../trust/index.ts";
import { attestImage } from "../attest-image.ts";
import type { ResolvedService } from "../images.ts";
import { signingKey } from "../keys.ts";
import type { Stage, Voyage } from "../voyage.ts";

/** What was scanned of an image on the way, told to others. How many statements are new. */
const attestScans = async (
  { scanned = [], tool, clock, progress }: Voyage,
  { service, repository }: ResolvedService,
  digests: readonly Digest[],
  store: AttestationStore,
  key: SigningKey,
): Promise<number> => {
  const own = scanned.filter(({ subject }) => subject.service === service);
  let added = 0;
  try {
    for (const { subject, inventory, done } of own) {
      const about = { repository, digest: subject.digest, index: subject.index, amongOthers: own.length > 1 };
      added += await attestImage(store, { ...about, inventory, done }, key, { tool, clock });
    }
    if (own.length > 0) for (const digest of digests) await signAsBundle(store, repository, digest, key, clock);
  } catch (error) {
    // The image is signed, and what was scanned here counts here; others are not told.
    if (!hasCode(error, "REGISTRY_REFUSED", "INPUT_TOO_LARGE")) throw error;
    progress.note(`warning: no more is attested of ${service}: ${wordsOf(error)}`);
  }
  return added;
};

export const sign: Stage = {
  name: "sign",
  brief: "each digest, as cosign does",
  run: async (voyage) => {
    const { project, harbour, images, state, keys, dryRun, progress, scanned = [] } = voyage;
    const ours = [...images.values()].filter((image) => image.ours);
    if (ours.length === 0) return { state: "not-tried", reason: "the project builds nothing of its own" };
    if (dryRun) return { state: "passed", words: "would sign the digests above" };
    const key = await signingKey(project, state, keys);
    const store = registryStore(harbour.client);
    let signed = 0;
    let attested = 0;
    for (const image of ours) {
      const step = `sign ${image.service}`;
      progress.begin(step);
      const digests = await digestsToSign(store, image.repository, image.digest);
      for (const digest of digests) {
        const { outcome } = await signDigest(store, image.repository, digest, key);
        if (outcome === "signed") signed += 1;
      }
      attested += await attestScans(voyage, image, digests, store, key);
      progress.end(step);
    }
    const by = `by ${key.publicKey.fingerprint.slice(7, 19)} (${key.publicKey.path})`;
    const more = scanned.length === 0 ? "" : `, ${attested} new attestations of what is in the images and of their scans`;
    return { state: "passed", words: `${signed} new signatures${more}, ${by}` };
  },
};
