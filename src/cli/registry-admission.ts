import { byDigest, type Clock, type Digest, SeaworthyError, systemClock } from "../core/index.ts";
import { parseManifest } from "../image/index.ts";
import type { Admission, Contents } from "../registry/index.ts";
import { type AttestationStore, readPublicKey, type TrustedKey, verifyDigest } from "../trust/index.ts";
import { scannedUntil } from "./scan-admission.ts";

export interface AdmissionOptions {
  /** Public keys in PEM; who pulls an image gets it only when one of them signed it. None: unsigned images are pulled too. */
  readonly keyPaths: readonly string[];
  /** Who pulls an image gets it only when one of these keys attested a scan of it that is not older. Absent: nobody asks. */
  readonly scanned?: {
    readonly keyPaths: readonly string[];
    readonly withinMs: number;
    /** As it was asked for, e.g. 7d. */ readonly within: string;
  };
  /** Tags that may be pushed, `*` for anything; none: any. Tags of signatures (`sha256-...`) may be pushed all the same. */
  readonly tags: readonly string[];
  readonly clock?: Clock;
}

/** Good news holds until somebody could have taken the signature away for good, bad news until the next push may bring one. */
const GOOD_MS = 10 * 60_000;
const BAD_MS = 5000;
const MAX_KNOWN = 10_000;

/** Types of what a container engine unpacks. What has none of them runs nowhere: signatures, SBOMs, charts. */
const FILE_SYSTEM = /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.)/;
const SIGNATURE_TAG = /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{64,128})(?:\.[a-z]+)?$/;

const globOf = (pattern: string): RegExp => {
  if (!/^[A-Za-z0-9_.*-]{1,128}$/.test(pattern))
    throw new SeaworthyError("USAGE", `"${pattern.slice(0, 80)}" is not a pattern of tags, as in v* or main`);
  return new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/\*+/g, "[^\\n]*")}$`);
};

const readerOf = (contents: Contents): AttestationStore => ({
  readManifest: ({ repository, digest, tag }) => contents.find(repository, digest ?? tag ?? ""),
  readBlob: ({ repository }, digest, maxBytes) => contents.blob(repository, digest, maxBytes),
  referrers: ({ repository }, digest) => contents.referrers(repository, digest),
  writeBlob: () => Promise.reject(new Error("admission only reads")),
  writeManifest: () => Promise.reject(new Error("admission only reads")),
});

/** Whether the digest, or an index that lists it, is signed: an image is signed as a whole as well. */
const isSigned = async (contents: Contents, repository: string, digest: Digest, keys: readonly TrustedKey[]): Promise<boolean> => {
  const store = readerOf(contents);
  for (const candidate of [digest, ...contents.parents(repository, digest).slice(0, 20)]) {
    const reference = byDigest({ registry: "localhost", repository }, candidate);
    if ((await verifyDigest(store, reference, candidate, keys)).verified) return true;
  }
  return false;
};

const runsNowhere = (contents: Contents, { repository, digest, mediaType }: Admission): boolean => {
  const found = contents.manifest(repository, digest);
  if (found === undefined) return true;
  const manifest = parseManifest(found.bytes, { mediaType, digest });
  return manifest.kind === "manifest" && !manifest.layers.some((layer) => FILE_SYSTEM.test(layer.mediaType));
};

/** What holds of an image, and until when. */
interface Holding {
  readonly holds: boolean;
  readonly untilMs: number;
}

/** Answers are kept: good news until it ends by itself or could have been taken away for good, bad news for some seconds. */
const remembered = (ask: (contents: Contents, admission: Admission) => Promise<Holding>, clock: Clock) => {
  const known = new Map<string, { readonly holds: Promise<boolean>; readonly untilMs: number }>();
  return async (contents: Contents, admission: Admission): Promise<boolean> => {
    const name = `${admission.repository}@${admission.digest}`;
    const before = known.get(name);
    if (before !== undefined && before.untilMs > clock.now()) return before.holds;
    if (known.size > MAX_KNOWN) known.clear();
    const asked = ask(contents, admission);
    const holds = asked.then((one) => one.holds);
    known.set(name, { holds, untilMs: clock.now() + BAD_MS });
    const { holds: good, untilMs } = await asked;
    if (good) known.set(name, { holds, untilMs: Math.min(untilMs, clock.now() + GOOD_MS) });
    return good;
  };
};

/**
 * What a registry asks before it takes or gives a manifest: the reason to refuse, or nothing.
 * Whoever may push to a repository may pull there what is not signed or scanned, for that is how it becomes so.
 * @throws USAGE, INPUT_INVALID, INPUT_NOT_FOUND for patterns and keys that are none
 */
export const admissionBy = ({ keyPaths, scanned, tags, clock = systemClock }: AdmissionOptions) => {
  const keys = keyPaths.map((path) => readPublicKey(path));
  const patterns = tags.map(globOf);
  const hasSignature = remembered(
    async (contents, { repository, digest }) => ({
      holds: await isSigned(contents, repository, digest, keys),
      untilMs: Number.POSITIVE_INFINITY,
    }),
    clock,
  );
  const scanKeys = scanned?.keyPaths.map((path) => readPublicKey(path)) ?? [];
  const hasScan = remembered(async (contents, { repository, digest }) => {
    const asking = { store: readerOf(contents), contents, repository, keys: scanKeys, withinMs: scanned?.withinMs ?? 0, now: clock.now() };
    const untilMs = await scannedUntil(asking, digest);
    return { holds: untilMs > clock.now(), untilMs };
  }, clock);

  return async (admission: Admission, contents: Contents): Promise<string | undefined> => {
    const { action, repository, tag, digest, mayPush } = admission;
    if (action === "push" && tag !== undefined && patterns.length > 0)
      return SIGNATURE_TAG.test(tag) || patterns.some((pattern) => pattern.test(tag))
        ? undefined
        : `the tag ${tag} may not be pushed here: this registry takes ${tags.join(", ")}`;
    if (action !== "pull" || (keys.length === 0 && scanned === undefined) || mayPush || runsNowhere(contents, admission)) return undefined;
    if (keys.length > 0 && !(await hasSignature(contents, admission)))
      return `${repository}@${digest} is not signed by a key that this registry trusts`;
    if (scanned === undefined || (await hasScan(contents, admission))) return undefined;
    return `${repository}@${digest} has no scan of the last ${scanned.within} that is attested by a key that this registry trusts`;
  };
};
