import type { Digest } from "../../core/index.ts";
import { followedBy } from "../policy/follower.ts";
import type { Policy } from "../policy/policy.ts";
import { planRetention, surpriseIn, type Verdict } from "../policy/retention.ts";
import { type Database, numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { newOperation, removeTag } from "./tags.ts";

export interface RetainedRepository {
  readonly repository: string;
  readonly verdicts: readonly Verdict[];
  /** Why nothing was dropped although rules say so. */
  readonly refused?: string;
}

export interface RetainReport {
  readonly repositories: readonly RetainedRepository[];
  /** By which `undo` takes it back; absent when nothing was dropped. */
  readonly operation?: number;
}

/** Deployed digests and every index above them. `UNION` is the seen-set. */
const DEPLOYED =
  "WITH RECURSIVE up(digest) AS (SELECT value FROM json_each(?2) UNION SELECT e.parent FROM up JOIN manifest_edge e ON e.repository_id = ?1 AND e.child = up.digest AND e.kind = 'manifest') SELECT digest FROM up";
const TAGS =
  "SELECT t.name, t.digest, t.moved_at, max(coalesce(p.pulled_at, 0), coalesce(q.pulled_at, 0)) AS pulled_at, (SELECT max(h.at) FROM tag_history h WHERE h.repository_id = t.repository_id AND h.name = t.name AND h.event = 'undo') AS undone_at FROM tag t LEFT JOIN pull p ON p.repository_id = t.repository_id AND p.reference = t.name LEFT JOIN pull q ON q.repository_id = t.repository_id AND q.reference = t.digest WHERE t.repository_id = ? AND t.deleted_at IS NULL";

const plan = (database: Database, id: number, repository: string, policy: Policy, live: string, now: number): readonly Verdict[] =>
  planRetention(
    database.all(TAGS, id).map((row) => ({
      tag: textOf(row, "name"),
      digest: textOf(row, "digest"),
      movedAt: numberOf(row, "moved_at"),
      pulledAt: numberOf(row, "pulled_at"),
      undoneAt: numberOf(row, "undone_at"),
    })),
    {
      rules: policy.retentionOf(repository),
      deployed: new Set(database.all(DEPLOYED, id, live).map((row) => textOf(row, "digest"))),
      follows: followedBy,
      undoneWithinMs: policy.settings.trash.keepFor,
      now,
    },
  );

export interface RetainOptions {
  /** Only this one. Default: all that a rule speaks of. */
  readonly repository?: string | undefined;
  readonly dryRun: boolean;
  /** Carries out what would be refused as a surprise. */
  readonly confirmed: boolean;
  readonly liveDigests: ReadonlySet<Digest>;
}

/** Drops tags into the trash as the policy says: planned and done in one transaction, undone as one. */
export const retain = ({ database, clock, reached }: Inside, policy: Policy, options: RetainOptions): RetainReport => {
  const { dryRun, confirmed } = options;
  const live = JSON.stringify([...options.liveDigests]);
  const report = database.transaction((): RetainReport => {
    const now = clock.now();
    let operation: number | undefined;
    const repositories = database
      .all("SELECT id, name FROM repository WHERE ?1 IS NULL OR name = ?1 ORDER BY name", options.repository ?? null)
      .filter((row) => policy.retentionOf(textOf(row, "name")).length > 0)
      .map((row): RetainedRepository => {
        const [id, repository] = [numberOf(row, "id"), textOf(row, "name")];
        const verdicts = plan(database, id, repository, policy, live, now);
        const surprise = confirmed ? undefined : surpriseIn(verdicts, followedBy, policy.settings.retain.maxDrop);
        if (surprise !== undefined) return { repository, verdicts, refused: surprise };
        if (!dryRun)
          for (const { tag, digest, keep } of verdicts) {
            if (keep) continue;
            operation ??= newOperation(database, "retain", now);
            removeTag(database, id, { tag, digest, operation, event: "retain" }, now);
          }
        return { repository, verdicts };
      });
    reached("retain.writing");
    return { repositories, ...(operation === undefined ? {} : { operation }) };
  });
  reached("retain.done");
  return report;
};
