import { byDigest, formatReference, parseReference, type Reference } from "../../core/index.ts";
import { resolveBuilt, signingKey, type Voyage } from "../../ship/index.ts";
import { digestsToSign, registryStore, signDigest } from "../../trust/index.ts";
import type { ChangeFlags } from "../flags.ts";
import { keyOptions, withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";

export interface Flags extends ChangeFlags {
  readonly key?: string;
}

/** The images that were named, or the project's own of this commit. */
export const namedImages = async (
  { project, harbour, platform, commitTag }: Voyage,
  names: readonly string[],
): Promise<readonly Reference[]> => {
  const named = names.map(parseReference);
  const references = await Promise.all(
    named.map(async (reference) => byDigest(reference, reference.digest ?? (await harbour.client.resolve(reference)).digest)),
  );
  if (references.length > 0) return references;
  const built = project.services.filter((service) => service.build !== undefined);
  const images = await Promise.all(
    built.map((service) => resolveBuilt(project, service, commitTag, harbour.address, harbour.client, platform)),
  );
  return images.map(({ repository, digest }) => byDigest(repository, digest));
};

export const run = reporting<Flags, string[]>((context, flags, ...names) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const store = registryStore(voyage.harbour.client);
    const images = await namedImages(voyage, names);
    const key = await signingKey(voyage.project, voyage.state, keyOptions(context, flags.key === undefined ? {} : { path: flags.key }));
    const signed: { readonly image: string; readonly outcome: string }[] = [];
    for (const image of images) {
      if (image.digest === undefined) continue;
      for (const digest of await digestsToSign(store, image, image.digest)) {
        const { outcome } = flags.dryRun === true ? { outcome: "would be signed" } : await signDigest(store, image, digest, key);
        signed.push({ image: formatReference(byDigest(image, digest)), outcome });
      }
    }
    return {
      exit: 0,
      human: [
        ...signed.map(({ image, outcome }) => `${outcome}  ${image}`),
        `key ${key.publicKey.fingerprint} (${key.publicKey.path})`,
      ].join("\n"),
      json: { schema: "seaworthy/sign@1", key: key.publicKey.fingerprint, signed },
    };
  }),
);
