import { followedBy } from "../policy/follower.ts";

/** A repository as a collection sees it, without the bytes. */
export interface Holdings {
  readonly manifests: readonly { readonly digest: string; readonly seenAt: number; readonly deletedAt: number | undefined }[];
  readonly tags: readonly { readonly tag: string; readonly digest: string; readonly deletedAt: number | undefined }[];
  readonly edges: readonly { readonly parent: string; readonly child: string; readonly kind: "manifest" | "subject" }[];
  /** Asked for by digest since the grace began. */
  readonly asked: ReadonlySet<string>;
}

export interface Limits {
  /** What was seen after this is held. */
  readonly graceSince: number;
  /** What was deleted after this can still be undone. */
  readonly trashSince: number;
  readonly live: ReadonlySet<string>;
}

const grouped = (pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, readonly string[]> => {
  const all = new Map<string, string[]>();
  for (const [from, to] of pairs) {
    const known = all.get(from);
    if (known === undefined) all.set(from, [to]);
    else known.push(to);
  }
  return all;
};

/** What is held for its own sake, with the reason. */
function* roots(
  { manifests, tags, edges, asked }: Holdings,
  { graceSince, trashSince, live }: Limits,
): Generator<readonly [string, string]> {
  const known = new Set(manifests.map(({ digest }) => digest));
  for (const { tag, digest, deletedAt } of tags) {
    const image = followedBy(tag);
    // Signatures may lie where their image never was; where it was, they wait for it below.
    if (image !== undefined && known.has(image)) continue;
    if (deletedAt === undefined) yield [digest, `tag ${tag}`];
    else if (deletedAt > trashSince) yield [digest, `tag ${tag}, in the trash`];
  }
  for (const { digest, seenAt, deletedAt } of manifests) {
    if (live.has(digest)) yield [digest, "deployed"];
    if (asked.has(digest)) yield [digest, "asked for within the grace"];
    if (deletedAt !== undefined && deletedAt > trashSince) yield [digest, "in the trash"];
    if (deletedAt === undefined && seenAt > graceSince) yield [digest, "within the grace"];
  }
  for (const { parent, child, kind } of edges)
    if (kind === "subject" && !known.has(child)) yield [parent, `refers to ${child}, which was never here`];
}

/**
 * Every manifest that something needs, with the reason. What an index names is held by it; what refers to an image, and the tags that go with it
 * (`sha256-<hex>.sig`), are held by it and by nothing else. Each digest is visited once, however indexes are nested (zot #4318).
 */
export const markHeld = (holdings: Holdings, limits: Limits): ReadonlyMap<string, string> => {
  const { edges, tags } = holdings;
  const children = grouped(edges.flatMap(({ parent, child, kind }) => (kind === "manifest" ? [[parent, child] as const] : [])));
  const referrers = grouped(edges.flatMap(({ parent, child, kind }) => (kind === "subject" ? [[child, parent] as const] : [])));
  const followers = grouped(
    tags.flatMap(({ tag, digest, deletedAt }) => {
      const image = followedBy(tag);
      return image === undefined || deletedAt !== undefined ? [] : [[image, digest] as const];
    }),
  );
  const held = new Map<string, string>();
  const waiting: (readonly [string, string])[] = [...roots(holdings, limits)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [digest, reason] = next;
    if (held.has(digest)) continue;
    held.set(digest, reason);
    for (const child of children.get(digest) ?? []) waiting.push([child, `part of ${digest}`]);
    for (const referrer of referrers.get(digest) ?? []) waiting.push([referrer, `refers to ${digest}`]);
    for (const follower of followers.get(digest) ?? []) waiting.push([follower, `goes with ${digest}`]);
  }
  return held;
};
