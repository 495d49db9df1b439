import type { Digest } from "../core/index.ts";
import { type Intervention, interventionsOf } from "./by-hand.ts";
import { type Decision, decisionsOf } from "./decisions.ts";
import type { DropReport } from "./drop-report.ts";
import type { Journal } from "./journal.ts";
import { liveRelease, rolloutState } from "./rollout-state.ts";

/** One line of a project's history: who, what, when, why, and what it cost the users. */
export interface ReleaseLine {
  readonly release: number;
  readonly version: string;
  readonly digest: Digest;
  readonly outcome: "live" | "reverted" | "failed" | "unfinished";
  /** Whether this is the one that serves now. */
  readonly serving: boolean;
  readonly who: string;
  readonly why: string;
  readonly at: number;
  readonly seconds?: number;
  readonly because?: string;
  readonly rollbackTo?: number;
  /** The release that this one put right again. */
  readonly repairs?: number;
  /** The release whose failure this rollback followed by itself. */
  readonly after?: number;
  readonly report: readonly DropReport[];
  /** What was said about it on its way, where anything was. */
  readonly decisions?: readonly Decision[];
  /** What somebody did to its services' traffic meanwhile, where anybody did. */
  readonly interventions?: readonly Intervention[];
}

/** Newest first. */
export const historyOf = (journal: Journal, project: string): readonly ReleaseLine[] => {
  const serving = liveRelease(journal, project)?.entry.release;
  return journal.releases(project).map(({ release, manifest, digest, who, why, at, rollbackTo, repairs, after }): ReleaseLine => {
    const finished = rolloutState(journal, project, release)?.finished;
    const decisions = decisionsOf(journal, project, release);
    const interventions = interventionsOf(journal.entries(project, release));
    return {
      release,
      version: manifest.version,
      digest,
      outcome: finished?.outcome ?? "unfinished",
      serving: release === serving,
      who,
      why,
      at,
      report: finished?.report ?? [],
      ...(finished === undefined ? {} : { seconds: finished.seconds }),
      ...(finished?.because === undefined ? {} : { because: finished.because }),
      ...(rollbackTo === undefined ? {} : { rollbackTo }),
      ...(repairs === undefined ? {} : { repairs }),
      ...(after === undefined ? {} : { after }),
      ...(decisions.length === 0 ? {} : { decisions }),
      ...(interventions.length === 0 ? {} : { interventions }),
    };
  });
};
