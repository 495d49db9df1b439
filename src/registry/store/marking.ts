import { followedBy } from "../policy/follower.ts";
import { eachOf, type Steps } from "./steps.ts";

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

export interface Marked {
  /** Every manifest that something needs, with the reason. */
  readonly held: ReadonlyMap<string, string>;
  /** From now on this one is held too, with everything that it holds. */
  readonly hold: (digest: string, reason: string) => void;
  /** The others, each before what it names or refers to: when some are gone, none that is left has lost a part. */
  readonly dead: () => Steps<readonly string[]>;
}

type Graph = Map<string, string[]>;

const connect = (graph: Graph, from: string, to: string): void => {
  const known = graph.get(from);
  if (known === undefined) graph.set(from, [to]);
  else known.push(to);
};

/** What is held for its own sake, with the reason. */
function* roots(
  { manifests, tags, edges, asked }: Holdings,
  { graceSince, trashSince, live }: Limits,
  known: ReadonlySet<string>,
): Generator<readonly [string, string] | undefined> {
  for (const { tag, digest, deletedAt } of tags) {
    const image = followedBy(tag);
    // Signatures may lie where their image never was; where it was, they wait for it below.
    if (image !== undefined && known.has(image)) yield undefined;
    else if (deletedAt === undefined) yield [digest, `tag ${tag}`];
    else yield deletedAt > trashSince ? [digest, `tag ${tag}, in the trash`] : undefined;
  }
  for (const { digest, seenAt, deletedAt } of manifests) {
    if (live.has(digest)) yield [digest, "deployed"];
    if (asked.has(digest)) yield [digest, "asked for within the grace"];
    if (deletedAt !== undefined && deletedAt > trashSince) yield [digest, "in the trash"];
    yield deletedAt === undefined && seenAt > graceSince ? [digest, "within the grace"] : undefined;
  }
  for (const { parent, child, kind } of edges)
    yield kind === "subject" && !known.has(child) ? [parent, `refers to ${child}, which was never here`] : undefined;
}

/**
 * Marks what something needs. What an index names is held by it; what refers to an image, and the tags that go with it (`sha256-<hex>.sig`), are held by it
 * and by nothing else. Each digest is visited once, however indexes are nested (zot #4318).
 */
export function* mark(holdings: Holdings, limits: Limits): Steps<Marked> {
  const { manifests, edges, tags } = holdings;
  const known = new Set<string>();
  yield* eachOf(manifests, ({ digest }) => known.add(digest));
  const [children, referrers, followers]: Graph[] = [new Map(), new Map(), new Map()];
  /** What must outlast it: what it names, refers to, or signs. */
  const later: Graph = new Map();
  if (children === undefined || referrers === undefined || followers === undefined) throw new Error("no graphs");
  yield* eachOf(edges, ({ parent, child, kind }) => {
    if (kind === "manifest") connect(children, parent, child);
    else connect(referrers, child, parent);
    connect(later, parent, child);
  });
  yield* eachOf(tags, ({ tag, digest, deletedAt }) => {
    const image = followedBy(tag);
    if (image === undefined || deletedAt !== undefined) return;
    connect(followers, image, digest);
    connect(later, digest, image);
  });
  const held = new Map<string, string>();
  const hold = (first: string, why: string): void => {
    const waiting: (readonly [string, string])[] = [[first, why]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [digest, reason] = next;
      if (held.has(digest)) continue;
      held.set(digest, reason);
      for (const child of children.get(digest) ?? []) waiting.push([child, `part of ${digest}`]);
      for (const referrer of referrers.get(digest) ?? []) waiting.push([referrer, `refers to ${digest}`]);
      for (const follower of followers.get(digest) ?? []) waiting.push([follower, `goes with ${digest}`]);
    }
  };
  yield* eachOf(roots(holdings, limits, known), (root) => {
    if (root !== undefined) hold(...root);
  });
  return {
    held,
    hold,
    dead: function* () {
      const order: string[] = [];
      const seen = new Set<string>();
      const visit = (first: string): void => {
        const path: { readonly digest: string; readonly next: Iterator<string> }[] = [];
        const enter = (digest: string): void => {
          if (seen.has(digest) || held.has(digest) || !known.has(digest)) return;
          seen.add(digest);
          path.push({ digest, next: (later.get(digest) ?? [])[Symbol.iterator]() });
        };
        enter(first);
        for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
          const step = at.next.next();
          if (step.done !== true) enter(step.value);
          else {
            order.push(at.digest);
            path.pop();
          }
        }
      };
      yield* eachOf(manifests, ({ digest }) => visit(digest));
      return order.reverse();
    },
  };
}
