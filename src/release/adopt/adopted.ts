import type { Engine, EngineEvent, Labels } from "../../engine/index.ts";
import type { Journal } from "../journal.ts";
import { LABELS } from "../live.ts";

/** A container that docker compose made and that a release took as its own, as it ran. Its labels cannot be changed, so the journal has what they would say. */
export interface AdoptedContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Compose's number of it. */
  readonly replica: number;
  readonly sha: string;
  readonly digest: string;
  /** Its fixed address in the ingress network, when it is routed. */
  readonly address?: string;
}

/** One that was replaced, stopped and kept. */
export type KeptContainer = Pick<AdoptedContainer, "id" | "name" | "service">;

type Record = AdoptedContainer & { readonly project: string; readonly release: number };

/** Those of an adoption that was taken back are compose's again. */
const recordsOf = (journal: Journal): readonly Record[] =>
  journal
    .adoptions()
    .filter(({ project, release }) => journal.has(project, release, "release") && !journal.has(project, release, "reverting"))
    .flatMap(({ project, release, containers }) => containers.map((one) => ({ ...one, project, release })));

const labelsOf = ({ project, service, release, replica, sha, digest, address }: Record): Labels => ({
  [LABELS.project]: project,
  [LABELS.service]: service,
  [LABELS.release]: String(release),
  [LABELS.replica]: String(replica),
  [LABELS.sha]: sha,
  [LABELS.digest]: digest,
  ...(address === undefined ? {} : { [LABELS.address]: address }),
});

const OURS: ReadonlySet<string> = new Set(Object.values(LABELS));

const matches = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && (value === "" || labels[key] === value));

const split = (labels: Labels): { readonly ours: Labels; readonly theirs: Labels } => {
  const entries = Object.entries(labels);
  return {
    ours: Object.fromEntries(entries.filter(([key]) => OURS.has(key))),
    theirs: Object.fromEntries(entries.filter(([key]) => !OURS.has(key))),
  };
};

/** The engine as everything that follows releases sees it: adopted containers carry the labels that ours have. */
export const withAdopted = (engine: Engine, journal: Journal): Engine => {
  const told = <T extends { readonly id: string; readonly labels: Labels }>(container: T, records: readonly Record[]): T => {
    const record = records.find(({ id }) => id === container.id);
    return record === undefined ? container : { ...container, labels: { ...container.labels, ...labelsOf(record) } };
  };

  const event = (one: EngineEvent): EngineEvent => {
    const record = one.type === "container" ? recordsOf(journal).find(({ id }) => id === one.id) : undefined;
    return record === undefined ? one : { ...one, attributes: { ...one.attributes, ...labelsOf(record) } };
  };

  const enriched = async function* (source: AsyncIterable<EngineEvent>, wanted: Labels): AsyncGenerator<EngineEvent> {
    for await (const one of source) {
      const known = event(one);
      if (matches(known.attributes, wanted)) yield known;
    }
  };

  return {
    ...engine,
    containers: {
      ...engine.containers,
      inspect: async (container) => {
        const found = await engine.containers.inspect(container);
        return found === undefined ? undefined : told(found, recordsOf(journal));
      },
      list: async (labels) => {
        const records = recordsOf(journal);
        const found = (await engine.containers.list(labels)).map((one) => told(one, records));
        const { ours, theirs } = split(labels);
        const more = records.filter((record) => Object.keys(ours).length > 0 && matches(labelsOf(record), ours));
        if (more.length === 0) return found;
        const ids = new Set(more.map(({ id }) => id));
        const adopted = (await engine.containers.list(theirs)).filter(({ id }) => ids.has(id) && !found.some((one) => one.id === id));
        return [...found, ...adopted.map((one) => told(one, records))];
      },
    },
    system: {
      ...engine.system,
      events: ({ labels = {}, signal }) => {
        const { ours, theirs } = split(labels);
        // The engine would leave out what does not carry the labels itself. It is asked at once, as the caller expects.
        return enriched(engine.system.events({ labels: theirs, signal }), ours);
      },
    },
  };
};
