import { digestsToSign, registryStore, signAsBundle, signDigest } from "../../trust/index.ts";
import { attestImage } from "../attest-image.ts";
import { signingKey } from "../keys.ts";
import type { Stage } from "../voyage.ts";

export const sign: Stage = {
  name: "sign",
  brief: "each digest, as cosign does",
  run: async ({ project, harbour, images, state, keys, dryRun, progress, scanned = [], tool, clock }) => {
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
      const own = scanned.filter(({ subject }) => subject.service === image.service);
      for (const digest of await digestsToSign(store, image.repository, image.digest)) {
        const { outcome } = await signDigest(store, image.repository, digest, key);
        if (outcome === "signed") signed += 1;
        if (own.length > 0) await signAsBundle(store, image.repository, digest, key, clock);
      }
      for (const { subject, inventory, done } of own) {
        const about = { repository: image.repository, digest: subject.digest, index: subject.index, amongOthers: own.length > 1 };
        attested += await attestImage(store, { ...about, inventory, done }, key, { tool, clock });
      }
      progress.end(step);
    }
    const by = `by ${key.publicKey.fingerprint.slice(7, 19)} (${key.publicKey.path})`;
    const more = scanned.length === 0 ? "" : `, ${attested} new attestations of what is in the images and of their scans`;
    return { state: "passed", words: `${signed} new signatures${more}, ${by}` };
  },
};
