import { SeaworthyError } from "../../core/index.ts";
import type { Actor } from "../actor.ts";
import { describeContainer, describeReplica } from "../describe.ts";
import type { RolloutOutcome } from "../interpreter.ts";
import { readLive } from "../live.ts";
import type { ReleaseManifest, ReleaseService } from "../manifest.ts";
import type { AdoptOptions, Adoption } from "../options.ts";
import type { Rollouts } from "../rollouts.ts";
import { liveRelease, rolloutState, unfinishedRollout } from "../rollout-state.ts";
import type { KeptContainer } from "./adopted.ts";
import { type AdoptionPlan, planAdoption } from "./plan.ts";
import { freePort, survey, unresolvedOf, wordsOfFinding } from "./survey.ts";

/** Taking over what docker compose runs. */
export interface Adoptions {
  readonly plan: (manifest: ReleaseManifest, options: AdoptOptions) => Promise<Adoption & Partial<AdoptionPlan>>;
  /** @throws USAGE when there is nothing to adopt any more */
  readonly assertAdoptable: (project: string) => void;
  readonly adopt: (manifest: ReleaseManifest, options: AdoptOptions) => Promise<RolloutOutcome>;
  /** Containers that one replaced and kept, and that are still there. */
  readonly kept: (project: string) => Promise<readonly KeptContainer[]>;
  /** @throws STATE_NEEDS_PERSON when one of them runs again */
  readonly removeKept: (project: string) => Promise<readonly KeptContainer[]>;
}

export const adoptionsOf = (actor: Actor, { rollOut, converge, assertDecided }: Rollouts): Adoptions => {
  const { journal, engine, proxy, state, who, host, servicesOf, begin } = actor;

  const planAdoptionOf = async (manifest: ReleaseManifest, options: AdoptOptions): Promise<Adoption & Partial<AdoptionPlan>> => {
    const { httpPort, settleMs, consent } = options;
    const expected = (service: ReleaseService) =>
      describeContainer(manifest, service, state, { spec: service.spec, aliases: [service.name], labels: {} });
    const seen = await survey({ engine, host, manifest, expected, httpPort });
    const unresolved = unresolvedOf(seen.findings, consent);
    if (unresolved.length > 0) return { findings: seen.findings, unresolved, kept: [] };
    const live = await readLive(engine, proxy, manifest.project, servicesOf(manifest));
    const release = journal.nextRelease(manifest.project);
    const interimPort = await freePort(host, httpPort);
    const describe = describeReplica(manifest, state, live);
    const made = planAdoption({ manifest, live, survey: seen, release, describe, httpPort, interimPort, settleMs });
    return { findings: seen.findings, unresolved, ...made };
  };

  /** What this folder does not govern yet may be looked at all the same. */
  const assertAdoptable = (project: string): void => {
    const live = liveRelease(journal, project);
    if (live !== undefined)
      throw new SeaworthyError(
        "USAGE",
        `r${live.entry.release} of ${project} is live: what docker compose ran was taken over, or replaced, before`,
        {
          hint: "seaworthy deploy goes on from there; seaworthy adopt --finish removes what an adoption kept.",
        },
      );
    const open = unfinishedRollout(journal, project);
    if (open !== undefined && !journal.has(project, open.entry.release, "adopted"))
      throw new SeaworthyError("USAGE", `r${open.entry.release} of ${project} is unfinished, and no adoption`, {
        hint: "seaworthy deploy --resume brings it to its end.",
      });
  };

  const adopt = async (manifest: ReleaseManifest, options: AdoptOptions): Promise<RolloutOutcome> => {
    const { project } = manifest;
    assertAdoptable(project);
    assertDecided(project);
    const begun = await converge(project, options);
    if (begun !== undefined) return begun;
    const { unresolved, plan: made, adopted, kept } = await planAdoptionOf(manifest, options);
    if (made === undefined || adopted === undefined)
      throw new SeaworthyError(
        "GATE_REFUSED",
        `${unresolved.length} findings stand in the way of taking ${project} over; nothing was changed`,
        {
          problems: unresolved.map(wordsOfFinding),
          hint: "Bring the file in line with what runs, or agree with the flags that are named.",
        },
      );
    journal.append(project, made.release, { kind: "adopted", containers: adopted, kept });
    begin({ manifest, why: options.why, evidence: [], plan: made }, options);
    return rollOut(project, made.release, options);
  };

  const keptContainers = async (project: string): Promise<readonly KeptContainer[]> => {
    const kept = journal
      .adoptions()
      .filter((one) => one.project === project && rolloutState(journal, project, one.release)?.finished?.outcome === "live")
      .flatMap((one) => one.kept);
    const there = await Promise.all(kept.map(({ id }) => engine.containers.inspect(id)));
    return kept.filter((_, index) => there[index] !== undefined);
  };

  const removeKept = async (project: string): Promise<readonly KeptContainer[]> => {
    const kept = await keptContainers(project);
    for (const { id, name } of kept)
      if ((await engine.containers.inspect(id))?.state === "running")
        throw new SeaworthyError("STATE_NEEDS_PERSON", `${name} runs again, so nothing was removed`, {
          hint: `Stop it first: docker stop ${name}.`,
        });
    const release = liveRelease(journal, project)?.entry.release;
    if (kept.length === 0 || release === undefined) return kept;
    journal.append(project, release, { kind: "let-go", containers: kept, who });
    for (const { id } of kept) await engine.containers.remove(id);
    return kept;
  };

  return { plan: planAdoptionOf, assertAdoptable, adopt, kept: keptContainers, removeKept };
};
