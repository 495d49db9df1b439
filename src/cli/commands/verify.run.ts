import { byDigest, formatReference, parseDuration, SeaworthyError } from "../../core/index.ts";
import { judgedScan, remoteSubjects, trustedKeys, type Voyage } from "../../ship/index.ts";
import { registryStore, requireVerified, type TrustedKey, verifyDigest } from "../../trust/index.ts";
import type { ProjectFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { namedImages } from "./sign.run.ts";

export interface Flags extends ProjectFlags {
  readonly key?: string;
  readonly scannedWithin?: string;
}

interface Scan {
  readonly image: string;
  readonly passed: boolean;
  readonly because: string;
}

type Named = Awaited<ReturnType<typeof namedImages>>[number];

/** Each platform for itself: somebody may pull any of them. */
const scansOf = async (voyage: Voyage, image: Named, keys: readonly TrustedKey[], withinMs: number): Promise<readonly Scan[]> => {
  if (image.digest === undefined) return [];
  const index = byDigest(image, image.digest);
  const scans: Scan[] = [];
  for (const { digest, name } of await remoteSubjects(voyage, index)) {
    const asked = { service: formatReference(image), repository: image, digest: index.digest, manifest: digest };
    const judged = await judgedScan(voyage, asked, keys, withinMs);
    scans.push(
      typeof judged === "string"
        ? { image: name, passed: false, because: judged }
        : { image: name, passed: judged.passed, because: judged.because },
    );
  }
  return scans;
};

export const run = reporting<Flags, string[]>((context, flags, ...names) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const store = registryStore(voyage.harbour.client);
    const keys = trustedKeys(voyage.project, voyage.state, flags.key);
    const withinMs = flags.scannedWithin === undefined ? undefined : parseDuration(flags.scannedWithin);
    const verified = [];
    const scans: Scan[] = [];
    for (const image of await namedImages(voyage, names)) {
      if (image.digest === undefined) continue;
      const good = requireVerified(await verifyDigest(store, image, image.digest, keys));
      verified.push({ image: formatReference(image), key: good.keyFingerprint, keyPath: good.keyPath });
      if (withinMs !== undefined) scans.push(...(await scansOf(voyage, image, keys, withinMs)));
    }
    const refused = scans.filter(({ passed }) => !passed);
    if (refused.length > 0)
      throw new SeaworthyError("NOT_SCANNED", `${refused.length} of ${scans.length} images have no scan that counts`, {
        problems: refused.map(({ image, because }) => `${image}: ${because}`),
        details: { verified, scans },
      });
    return {
      exit: 0,
      human: [
        ...verified.map(({ image, key, keyPath }) => `signed  ${image}\n        by ${key} (${keyPath})`),
        ...scans.map(({ image, because }) => `scanned ${image}\n        ${because}`),
      ].join("\n"),
      json: { schema: "seaworthy/verify@1", verified, ...(withinMs === undefined ? {} : { scans }) },
    };
  }),
);
