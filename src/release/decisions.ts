import type { Journal } from "./journal.ts";

/** What was said about a rollout on its way: by a person, or by comparing it with what served. */
export interface Decision {
  readonly word: "promoted" | "aborted" | "good" | "thin";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The step at which it waited, or that judged. */
  readonly step?: string;
  readonly who?: string;
  /** A person's reason, or the figures. */
  readonly because: string;
}

const isVerdict = (
  facts: Readonly<Record<string, unknown>> | undefined,
): facts is { readonly verdict: "good" | "thin"; readonly words: string } =>
  (facts?.["verdict"] === "good" || facts?.["verdict"] === "thin") && typeof facts["words"] === "string";

/** Oldest first. */
export const decisionsOf = (journal: Journal, project: string, release: number): readonly Decision[] =>
  journal.entries(project, release).flatMap((entry): readonly Decision[] => {
    const { at } = entry;
    if (entry.kind === "promoted") return [{ word: "promoted", at, step: entry.step, who: entry.who, because: entry.why }];
    if (entry.kind === "abort-requested") return [{ word: "aborted", at, who: entry.who, because: entry.why }];
    const facts = entry.kind === "done" ? entry.result : entry.kind === "paused" ? entry.facts : undefined;
    return "step" in entry && isVerdict(facts) ? [{ word: facts.verdict, at, step: entry.step, because: facts.words }] : [];
  });
