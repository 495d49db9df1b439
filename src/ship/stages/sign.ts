import { digestsToSign, registryStore, signDigest } from "../../trust/index.ts";
import { signingKey } from "../keys.ts";
import type { Stage } from "../voyage.ts";

export const sign: Stage = {
  name: "sign",
  brief: "each digest, as cosign does",
  run: async ({ project, harbour, images, state, keys, dryRun, progress }) => {
    const ours = [...images.values()].filter((image) => image.ours);
    if (ours.length === 0) return { state: "not-tried", reason: "the project builds nothing of its own" };
    if (dryRun) return { state: "passed", words: "would sign the digests above" };
    const key = await signingKey(project, state, keys);
    const store = registryStore(harbour.client);
    let signed = 0;
    for (const image of ours) {
      const step = `sign ${image.service}`;
      progress.begin(step);
      for (const digest of await digestsToSign(store, image.repository, image.digest)) {
        const { outcome } = await signDigest(store, image.repository, digest, key);
        if (outcome === "signed") signed += 1;
      }
      progress.end(step);
    }
    return { state: "passed", words: `${signed} new signatures by ${key.publicKey.fingerprint.slice(7, 19)} (${key.publicKey.path})` };
  },
};
