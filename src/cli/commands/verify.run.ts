import { formatReference } from "../../core/index.ts";
import { trustedKeys } from "../../ship/index.ts";
import { registryStore, requireVerified, verifyDigest } from "../../trust/index.ts";
import type { ProjectFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { namedImages } from "./sign.run.ts";

export interface Flags extends ProjectFlags {
  readonly key?: string;
}

export const run = reporting<Flags, string[]>((context, flags, ...names) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const store = registryStore(voyage.harbour.client);
    const keys = trustedKeys(voyage.project, voyage.state, flags.key);
    const verified = [];
    for (const image of await namedImages(voyage, names)) {
      if (image.digest === undefined) continue;
      const good = requireVerified(await verifyDigest(store, image, image.digest, keys));
      verified.push({ image: formatReference(image), key: good.keyFingerprint, keyPath: good.keyPath });
    }
    return {
      exit: 0,
      human: verified.map(({ image, key, keyPath }) => `signed  ${image}\n        by ${key} (${keyPath})`).join("\n"),
      json: { schema: "seaworthy/verify@1", verified },
    };
  }),
);
