import { byDigest, canonicalJson, type Digest, formatReference, type Json, type Reference } from "../core/index.ts";
import { cyclonedx, type Inventory, spdx } from "../inventory/index.ts";
import { type ScanDone, scanPredicate } from "../scan/index.ts";
import { attest, type AttestationStore, PREDICATES, readAttestations, type SigningKey } from "../trust/index.ts";
import type { Voyage } from "./voyage.ts";

/** What is attested of one image: what is in it, and what is known against that. */
export interface Attestable {
  readonly repository: Reference;
  /** Of its manifest. */
  readonly digest: Digest;
  /** Its index, where it has one: a scan is attested of that too, since it is what others ask about. */
  readonly index: Digest;
  /** Whether its index lists other platforms too. */
  readonly amongOthers: boolean;
  readonly inventory: Inventory;
  /** Absent: it was not scanned. */
  readonly done?: ScanDone;
}

/** A scan that says the same is not said again within a day. */
const SAME_SCAN_MS = 86_400_000;

const parsed = (text: string): object => JSON.parse(text) as object;

/** SBOMs in both forms: the same image gives the same bytes. */
const sboms = (
  { repository, digest, inventory }: Attestable,
  tool: string,
): readonly { readonly predicateType: string; readonly predicate: object }[] => {
  const image = formatReference(byDigest(repository, digest));
  const own = { ...inventory, digest };
  return [
    { predicateType: PREDICATES.cyclonedx, predicate: parsed(cyclonedx(own, { image, tool })) },
    { predicateType: PREDICATES.spdx, predicate: parsed(spdx(own, { image, tool, createdAt: 0 })) },
  ];
};

const withoutTimes = (predicate: object): string => {
  const { metadata: _, ...rest } = JSON.parse(JSON.stringify(predicate)) as { readonly [key: string]: Json };
  return canonicalJson(rest);
};

const finishedAt = (predicate: object): number => {
  const { metadata } = predicate as { readonly metadata?: { readonly scanFinishedOn?: unknown } };
  return Date.parse(String(metadata?.scanFinishedOn));
};

/** Whether this key said the same of a scan of today. */
const isSaid = async (
  store: AttestationStore,
  repository: Reference,
  digest: Digest,
  predicate: object,
  key: SigningKey,
  now: number,
): Promise<boolean> => {
  const { good } = await readAttestations(store, repository, digest, [key.publicKey], (type) => type === PREDICATES.vuln);
  const wanted = withoutTimes(predicate);
  return good.some((one) => withoutTimes(one.predicate) === wanted && finishedAt(one.predicate) + SAME_SCAN_MS > now);
};

/** Signs what is known of an image, and puts it beside it. How many statements are new. @throws what `attest` throws */
export const attestImage = async (
  store: AttestationStore,
  image: Attestable,
  key: SigningKey,
  { tool, clock }: Pick<Voyage, "tool" | "clock">,
): Promise<number> => {
  const { repository, digest, index, amongOthers, done } = image;
  let added = 0;
  for (const claim of sboms(image, tool)) {
    const { outcome } = await attest(store, repository, digest, claim, key, { replaces: true, clock });
    if (outcome === "attested") added += 1;
  }
  if (done === undefined) return added;
  const predicate = scanPredicate(done);
  for (const of of new Set([digest, index])) {
    if (await isSaid(store, repository, of, predicate, key, clock.now())) continue;
    // Of an index there is one for each platform, and none takes another's place.
    const replaces = of === digest || !amongOthers;
    await attest(store, repository, of, { predicateType: PREDICATES.vuln, predicate }, key, { replaces, clock });
    added += 1;
  }
  return added;
};
