import { hasCode, isSeaworthyError, SeaworthyError } from "../core/index.ts";
import { perform, type ReplicaFailure, type Result, type World } from "./actions/index.ts";
import { isAborted } from "./asked.ts";
import type { Journal } from "./journal.ts";
import type { FailurePolicy, Plan, Step } from "./plan.ts";
import { rolloutState, type RolloutState } from "./rollout-state.ts";

const TURNS_BACK = "REPLICAS_FAILED";

/** Whether the error is a failure policy's word to bring the previous release back, whatever was already replaced. */
export const turnsBack = (error: unknown): error is SeaworthyError => isSeaworthyError(error) && error.details["reason"] === TURNS_BACK;

const policyOf = ({ policies = [] }: Plan, step: Step): FailurePolicy | undefined =>
  policies.find(({ service }) => service === step.service);

/** Whether a step is left out: its replica failed before it served, or what it would stand in for did not. */
export const isLeftOut = ({ failed }: Pick<RolloutState, "failed">, step: Step): boolean => {
  const before = (name: string): boolean => failed.get(name)?.served === false;
  return (step.of !== undefined && before(step.of)) || (step.insteadOf !== undefined && !before(step.insteadOf));
};

/** What stands against the container itself, not against the machine, the engine or the network. */
const countsAgainst = (error: unknown, { action }: Step): boolean =>
  (hasCode(error, "RELEASE_NOT_LIVE") && !isAborted(error)) ||
  (action.do === "start-container" && hasCode(error, "ENGINE_REFUSED", "PORT_TAKEN"));

const plural = (count: number): string => (count === 1 ? "1 replica" : `${count} replicas`);

/** @throws what the policy says when more have failed than it stands. */
const judge = ({ service, total, maxFailureRatio, action }: FailurePolicy, { entry, failed, promotions }: RolloutState): void => {
  const own = [...failed.values()].filter((one) => one.service === service);
  if (own.length / total <= maxFailureRatio) return;
  const message = `${own.length} of ${plural(total)} of ${service} failed, more than max_failure_ratio ${maxFailureRatio}`;
  const problems = own.flatMap(({ name, because, log }) => [`${name}: ${because}`, ...log]);
  const waved = action === "pause" && promotions.some(({ full }) => full === true);
  if (action === "continue" || waved) return;
  // Never roll back a rollback (swarmkit manager/orchestrator/update/updater.go).
  if (action === "pause" || entry.rollbackTo !== undefined)
    throw new SeaworthyError("PAUSED", `${message}: ${own.at(-1)?.name ?? ""}: ${own.at(-1)?.because ?? ""}`, { problems });
  throw new SeaworthyError("RELEASE_NOT_LIVE", `${message}: ${own.at(-1)?.name ?? ""}: ${own.at(-1)?.because ?? ""}`, {
    problems,
    details: { reason: TURNS_BACK },
  });
};

interface Parts {
  readonly journal: Journal;
  readonly release: number;
  readonly plan: Plan;
  readonly world: World;
}

/**
 * Does a step of a service that is replaced a few replicas at a time. What fails is written to the journal first and then judged by the service's policy:
 * within its bound the rollout goes on, beyond it the error says what becomes of it. Other steps are done as they are.
 * @throws PAUSED, and RELEASE_NOT_LIVE of which `turnsBack` is true
 */
export const performCounted = async (step: Step, { journal, release, plan, world }: Parts): Promise<Result> => {
  const { action } = step;
  const read = (): RolloutState => {
    const state = rolloutState(journal, world.project, release);
    if (state === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal lost r${release} of ${world.project}`);
    return state;
  };
  const policy = policyOf(plan, step);
  if (policy === undefined) return perform(action, world);

  const count = (failures: readonly ReplicaFailure[], served: boolean): void => {
    for (const { name, because, log } of failures) {
      world.progress.note(`${name} failed: ${because}`);
      journal.append(world.project, release, {
        kind: "replica-failed",
        step: step.id,
        service: policy.service,
        name,
        because,
        log,
        served,
      });
    }
    judge(policy, read());
  };

  // An actor may have died between writing a failure down and acting on it.
  if (journal.has(world.project, release, "replica-failed")) {
    const state = read();
    if ([...state.failed.values()].some((one) => one.step === step.id)) judge(policy, state);
  }
  if (action.do === "assert-serving")
    try {
      return await perform(action, world);
    } catch (error) {
      if (!hasCode(error, "RELEASE_NOT_LIVE") || !isSeaworthyError(error)) throw error;
      throw new SeaworthyError("RELEASE_NOT_LIVE", `${policy.service}: ${error.message}`, {
        problems: error.problems,
        details: { reason: TURNS_BACK },
      });
    }
  if (action.do === "watch") {
    let leftMs = action.forMs;
    for (;;) {
      const { failed } = read();
      const replicas = action.replicas.filter(({ name }) => !failed.has(name));
      if (replicas.length === 0) return undefined;
      const result = await perform({ ...action, replicas, forMs: leftMs }, world);
      const { failed: found, watchedMs } = result as unknown as { readonly failed: readonly ReplicaFailure[]; readonly watchedMs: number };
      if (found.length === 0) return { watchedMs: action.forMs };
      leftMs = Math.max(0, leftMs - watchedMs);
      count(found, true);
    }
  }
  if (step.of === undefined) return perform(action, world);
  try {
    return await perform(action, world);
  } catch (error) {
    if (!countsAgainst(error, step) || !isSeaworthyError(error)) throw error;
    count([{ name: step.of, because: error.message, log: error.problems }], false);
    return { failed: error.message };
  }
};
