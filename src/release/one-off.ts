import { randomBytes } from "node:crypto";
import { SeaworthyError, type StateFolder } from "../core/index.ts";
import type { ContainerConfig, Engine } from "../engine/index.ts";
import { composeLabels } from "../project/index.ts";
import { alone } from "./alone.ts";
import { describeContainer } from "./describe.ts";
import type { Journal } from "./journal.ts";
import { LABELS, liveContainer } from "./live.ts";
import { containerSha, labelled, type ReleaseManifest, type ReleaseService } from "./manifest.ts";
import type { Connection } from "./plan.ts";
import { liveRelease } from "./rollout-state.ts";

/** A container made for one command and gone with it. */
export interface OneOff {
  readonly name: string;
  readonly release: number;
  readonly config: ContainerConfig;
  readonly connect: readonly Connection[];
}

const unknown = (project: string, service: string, known: readonly string[]): SeaworthyError =>
  new SeaworthyError("INPUT_NOT_FOUND", `the live release of ${project} has no service ${service}`, {
    hint: `Its services: ${known.join(", ")}.`,
  });

const live = (journal: Journal, project: string): { readonly release: number; readonly manifest: ReleaseManifest } => {
  const state = liveRelease(journal, project);
  if (state === undefined)
    throw new SeaworthyError("INPUT_NOT_FOUND", `nothing of ${project} is live`, { hint: "seaworthy deploy makes a release live." });
  return { release: state.entry.release, manifest: state.entry.manifest };
};

const serviceOf = (manifest: ReleaseManifest, service: string): ReleaseService => {
  const found = manifest.services.find(({ name }) => name === service);
  if (found !== undefined) return found;
  throw unknown(
    manifest.project,
    service,
    manifest.services.map(({ name }) => name),
  );
};

/**
 * A container for one command in the live release's image, environment, secrets and volumes. It gets no traffic: it answers to no name of the service.
 * @throws INPUT_NOT_FOUND when nothing is live, or the release has no such service
 */
export const describeOneOff = (
  { journal, state }: { readonly journal: Journal; readonly state: StateFolder },
  {
    project,
    service: name,
    command,
    tty,
  }: { readonly project: string; readonly service: string; readonly command: readonly string[]; readonly tty: boolean },
): OneOff => {
  const { release, manifest } = live(journal, project);
  const service = serviceOf(manifest, name);
  const { config, connect } = describeContainer(manifest, service, state, {
    spec: { ...alone(service.spec, command), tty, stdinOpen: true },
    aliases: [],
    labels: {
      ...composeLabels(labelled(manifest), service, 1, service.image.digest),
      "com.docker.compose.oneoff": "True",
      [LABELS.role]: "one-off",
      [LABELS.state]: state.uuid,
    },
  });
  return {
    name: `${project}-${name}-run-${randomBytes(4).toString("hex")}`,
    release,
    config: { ...config, StdinOnce: true },
    connect,
  };
};

/**
 * The container of one run of a service that runs by a schedule, as the live release has it: its own command, and as little else of one that serves as any one-off.
 * `schedule` is absent when it runs by none.
 * @throws INPUT_NOT_FOUND when nothing is live, or the release has no such service
 */
export const describeScheduled = (
  { journal, state }: { readonly journal: Journal; readonly state: StateFolder },
  { project, service: name, stamp }: { readonly project: string; readonly service: string; readonly stamp: number },
): OneOff & Pick<ReleaseService, "schedule"> & { readonly graceSeconds: number } => {
  const { release, manifest } = live(journal, project);
  const service = serviceOf(manifest, name);
  const { config, connect } = describeContainer(manifest, service, state, {
    spec: alone(service.spec),
    aliases: [],
    labels: {
      ...composeLabels(labelled(manifest), service, 1, service.image.digest),
      "com.docker.compose.oneoff": "True",
      [LABELS.role]: "scheduled",
      [LABELS.sha]: containerSha(service),
      [LABELS.state]: state.uuid,
    },
  });
  return {
    name: `${project}-${name}-r${release}-at-${stamp}`,
    release,
    config,
    connect,
    graceSeconds: service.spec.stopGraceSeconds,
    ...(service.schedule === undefined ? {} : { schedule: service.schedule }),
  };
};

/**
 * The running container of the live release to run a command in: the first replica, or the one that was asked for.
 * @throws INPUT_NOT_FOUND when nothing is live, there is no such service, or it does not run
 */
export const runningReplica = async (
  { engine, journal }: { readonly engine: Engine; readonly journal: Journal },
  { project, service, replica }: { readonly project: string; readonly service: string; readonly replica?: number },
): Promise<string> => {
  serviceOf(live(journal, project).manifest, service);
  const running = (await engine.containers.list({ [LABELS.project]: project, [LABELS.service]: service }))
    .map(liveContainer)
    .filter((one) => one.state === "running" && (replica === undefined || one.replica === replica))
    .toSorted((a, b) => b.release - a.release || a.replica - b.replica);
  if (running[0] !== undefined) return running[0].name;
  throw new SeaworthyError(
    "INPUT_NOT_FOUND",
    `${service} of ${project} ${replica === undefined ? "does not run" : `has no running replica ${replica}`}`,
    {
      hint: "seaworthy status shows what runs; seaworthy run starts a container of its own for the command.",
    },
  );
};
