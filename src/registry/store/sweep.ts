import { SeaworthyError } from "../../core/index.ts";
import { followedBy } from "../policy/follower.ts";
import { type Database, numberOf, type Row, textOf, type Value } from "./database.ts";
import type { Inside } from "./inside.ts";
import { type Holdings, type Limits, mark, type Marked } from "./marking.ts";
import type { NeededWatch } from "./needed.ts";
import { eachOf, type Steps } from "./steps.ts";

/** What one repository gave up, or would. */
export interface Swept {
  readonly manifests: readonly { readonly repository: string; readonly digest: string; readonly reason: string }[];
  readonly tags: readonly string[];
  readonly held: number;
  readonly unlinked: number;
}

export interface SweepFacts {
  readonly limits: Limits;
  /** Of counts of digests, and of tags that moved and went: what is older is forgotten. */
  readonly historySince: number;
  readonly dryRun: boolean;
  /** Of one transaction's work; then it is committed and others have their turn. At least one manifest. */
  readonly batchMs: number;
  /** What came to be needed since the collection began. */
  readonly watch: NeededWatch;
}

export const PAGE = 250;
const BATCH = 50;

/** All rows in the order of a key that no two share, a page at a time; what others write meanwhile is seen or not. */
function* pages(database: Database, sql: string, id: number, keys: readonly string[], work: (row: Row) => void): Steps<void> {
  let last: readonly Value[] = keys.map(() => "");
  for (;;) {
    const rows = database.all(sql, id, ...last, PAGE);
    yield;
    yield* eachOf(rows, work);
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) return;
    last = keys.map((key) => textOf(end, key));
  }
}

const since = (row: Row, column: string): number | undefined => (row[column] === null ? undefined : numberOf(row, column));

/**
 * Tags before manifests: whoever loses its tag in between has a new lease by then. What is pushed, asked for or brought back meanwhile is told to the sweep.
 * @throws STATE_NEEDS_PERSON for an image without its parts on record, which would let them be taken: then the records are wrong, and nothing is collected
 */
function* holdingsOf(database: Database, id: number, repository: string, graceSince: number): Steps<Holdings> {
  const tags: Holdings["tags"][number][] = [];
  yield* pages(
    database,
    "SELECT name, digest, deleted_at FROM tag WHERE repository_id = ? AND name > ? ORDER BY name LIMIT ?",
    id,
    ["name"],
    (row) => tags.push({ tag: textOf(row, "name"), digest: textOf(row, "digest"), deletedAt: since(row, "deleted_at") }),
  );
  const asked = new Set<string>();
  yield* pages(
    database,
    "SELECT reference, seen_at FROM pull WHERE repository_id = ? AND reference > ? ORDER BY reference LIMIT ?",
    id,
    ["reference"],
    (row) => {
      if (numberOf(row, "seen_at") > graceSince) asked.add(textOf(row, "reference"));
    },
  );
  const edges: Holdings["edges"][number][] = [];
  yield* pages(
    database,
    "SELECT parent, child, kind FROM manifest_edge WHERE repository_id = ? AND (parent, child, kind) > (?, ?, ?) ORDER BY parent, child, kind LIMIT ?",
    id,
    ["parent", "child", "kind"],
    (row) => {
      const kind = row["kind"];
      if (kind === "manifest" || kind === "subject") edges.push({ parent: textOf(row, "parent"), child: textOf(row, "child"), kind });
    },
  );
  const manifests: Holdings["manifests"][number][] = [];
  yield* pages(
    database,
    "SELECT digest, seen_at, deleted_at, media_type NOT LIKE '%index%' AND media_type NOT LIKE '%list%' AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = m.repository_id AND e.parent = m.digest AND e.kind = 'config') AS bare FROM manifest m WHERE repository_id = ? AND digest > ? ORDER BY digest LIMIT ?",
    id,
    ["digest"],
    (row) => {
      const digest = textOf(row, "digest");
      if (numberOf(row, "bare") === 1)
        throw new SeaworthyError(
          "STATE_NEEDS_PERSON",
          `the records of ${repository} are damaged: ${digest} has no parts; nothing is collected`,
          { hint: "Push that image again, or restore registry.sqlite from a backup." },
        );
      manifests.push({ digest, seenAt: numberOf(row, "seen_at"), deletedAt: since(row, "deleted_at") });
    },
  );
  return { manifests, tags, edges, asked };
}

/** What is dead and stays so while it is taken, some at a time: before each batch, whatever somebody has come to need is held with all it holds. */
function* take(
  { database, reached, needed }: Inside,
  id: number,
  { limits, dryRun, batchMs }: SweepFacts,
  marked: Marked,
  follow: ReadonlyMap<string, readonly string[]>,
): Steps<{ readonly digests: readonly string[]; readonly tags: readonly string[] }> {
  const dead = yield* marked.dead();
  const digests: string[] = [];
  const tags: string[] = [];
  /** The last word: a lease or a deletion that the marking did not see. */
  const isTaken = (digest: string): boolean =>
    marked.held.has(digest)
      ? false
      : database.one(
          "SELECT 1 AS dead FROM manifest WHERE repository_id = ? AND digest = ? AND ((deleted_at IS NULL AND seen_at <= ?) OR deleted_at <= ?)",
          id,
          digest,
          limits.graceSince,
          limits.trashSince,
        ) !== undefined;
  const remove = (digest: string): void => {
    for (const tag of follow.get(digest) ?? []) database.run("DELETE FROM tag WHERE repository_id = ? AND name = ?", id, tag);
    database.run("DELETE FROM manifest_edge WHERE repository_id = ? AND parent = ?", id, digest);
    database.run("DELETE FROM manifest WHERE repository_id = ? AND digest = ?", id, digest);
    database.run("DELETE FROM pull WHERE repository_id = ? AND reference = ?", id, digest);
  };
  const rehearse = (digest: string): void => void database.run("INSERT INTO temp.going (repository_id, digest) VALUES (?, ?)", id, digest);
  for (let at = 0; at < dead.length;) {
    const began = performance.now();
    const taken = database.transaction(() => {
      const batch: string[] = [];
      do {
        const digest = dead[at] ?? "";
        if (!isTaken(digest)) needed.tell(digest);
        else {
          (dryRun ? rehearse : remove)(digest);
          batch.push(digest);
        }
        at += 1;
      } while (at < dead.length && performance.now() - began < batchMs);
      if (!dryRun) reached("collect.manifests");
      return batch;
    });
    digests.push(...taken);
    for (const digest of taken) tags.push(...(follow.get(digest) ?? []));
    yield;
  }
  return { digests, tags };
}

/** Links to blobs that nothing in the repository uses any more. In a dry run: nothing but what would go. */
function* unlink({ database }: Inside, id: number, { limits, dryRun }: SweepFacts): Steps<number> {
  const unused = `seen_at < ?2 AND digest > ?3 AND digest <= ?4 AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = ?1 AND e.child = repository_blob.digest AND e.kind IN ('config', 'layer')${dryRun ? " AND NOT EXISTS (SELECT 1 FROM temp.going g WHERE g.repository_id = ?1 AND g.digest = e.parent)" : ""})`;
  const sql = dryRun
    ? `INSERT INTO temp.unlinking (digest, repository_id) SELECT digest, ?1 FROM repository_blob WHERE repository_id = ?1 AND ${unused}`
    : `DELETE FROM repository_blob WHERE repository_id = ?1 AND ${unused}`;
  let unlinked = 0;
  for (let last = ""; ;) {
    const end = database.one(
      "SELECT max(digest) AS last FROM (SELECT digest FROM repository_blob WHERE repository_id = ? AND digest > ? ORDER BY digest LIMIT ?)",
      id,
      last,
      PAGE,
    );
    const until = textOf(end ?? {}, "last");
    if (until === "") return unlinked;
    unlinked += database.run(sql, id, limits.graceSince, last, until);
    last = until;
    yield;
  }
}

/** Tags that were deleted and stand for nothing, and old counts. Only an immutable tag has to be remembered for ever. */
function* forget({ database, rules }: Inside, id: number, repository: string, facts: SweepFacts, tags: Holdings["tags"]): Steps<void> {
  const { limits, historySince } = facts;
  const over = tags.filter(
    ({ tag, deletedAt }) => deletedAt !== undefined && deletedAt <= limits.trashSince && !rules.isImmutable(repository, tag),
  );
  for (let at = 0; at < over.length; at += BATCH) {
    database.transaction(() => {
      for (const { tag } of over.slice(at, at + BATCH))
        database.run(
          "DELETE FROM tag WHERE repository_id = ?1 AND name = ?2 AND deleted_at <= ?3 AND NOT EXISTS (SELECT 1 FROM manifest m WHERE m.repository_id = ?1 AND m.digest = tag.digest)",
          id,
          tag,
          limits.trashSince,
        );
    });
    yield;
  }
  const old: string[] = [];
  yield* pages(
    database,
    "SELECT reference, seen_at, pulled_at FROM pull WHERE repository_id = ? AND reference > ? ORDER BY reference LIMIT ?",
    id,
    ["reference"],
    (row) => {
      const reference = textOf(row, "reference");
      if (reference.includes(":") && numberOf(row, "seen_at") < historySince && numberOf(row, "pulled_at") < historySince)
        old.push(reference);
    },
  );
  for (let at = 0; at < old.length; at += PAGE) {
    database.transaction(() => {
      for (const reference of old.slice(at, at + PAGE))
        database.run(
          "DELETE FROM pull WHERE repository_id = ?1 AND reference = ?2 AND seen_at < ?3 AND pulled_at < ?3",
          id,
          reference,
          historySince,
        );
    });
    yield;
  }
}

/** One repository, in steps between which pushes and pulls go on. Whatever a push has come to count on before a step is not taken by it. */
export function* sweepRepository(inside: Inside, id: number, repository: string, facts: SweepFacts): Steps<Swept> {
  const holdings = yield* holdingsOf(inside.database, id, repository, facts.limits.graceSince);
  const marked = yield* mark(holdings, facts.limits);
  const hold = (digest: string): void => marked.hold(digest, "came to be needed");
  for (const digest of facts.watch.told) hold(digest);
  facts.watch.onTold(hold);
  const deletedAt = new Map<string, number | undefined>();
  yield* eachOf(holdings.manifests, (manifest) => deletedAt.set(manifest.digest, manifest.deletedAt));
  const follow = new Map<string, string[]>();
  yield* eachOf(holdings.tags, ({ tag, deletedAt: gone }) => {
    const image = followedBy(tag);
    if (image !== undefined && gone === undefined) follow.set(image, [...(follow.get(image) ?? []), tag]);
  });
  const { digests, tags } = yield* take(inside, id, facts, marked, follow);
  const unlinked = yield* unlink(inside, id, facts);
  if (!facts.dryRun) yield* forget(inside, id, repository, facts, holdings.tags);
  const reasonOf = (digest: string): string =>
    deletedAt.get(digest) === undefined
      ? "no tag, no index, no deployment and no image needs it"
      : "deleted, and its time in the trash is over";
  return {
    manifests: digests.toSorted().map((digest) => ({ repository, digest, reason: reasonOf(digest) })),
    tags: tags.map((tag) => `${repository}:${tag}`),
    held: holdings.manifests.length - digests.length,
    unlinked,
  };
}
