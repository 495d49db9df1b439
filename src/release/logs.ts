import { SeaworthyError } from "../core/index.ts";
import type { ContainerSummary, Engine, EngineEvent } from "../engine/index.ts";
import { LABELS } from "./live.ts";

/** One line that a container of a project said. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, UTC. */
  readonly at: string;
  readonly service: string;
  readonly release: number;
  readonly replica: number;
  readonly container: string;
  readonly text: string;
}

export interface LogsOptions {
  /** Default: all of the project's. */
  readonly services?: readonly string[];
  /** The last so many lines of each container. Default: all. */
  readonly tail?: number;
  readonly sinceSeconds?: number;
  /** Goes on with containers that start later too, until the signal. Default false. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

type Source = Pick<LogLine, "service" | "release" | "replica" | "container"> & { readonly id: string };

const sourceOf = (id: string, container: string, labels: Readonly<Record<string, string>>): Source => ({
  id,
  container,
  service: labels[LABELS.service] ?? "",
  release: Number(labels[LABELS.release]),
  replica: Number(labels[LABELS.replica]),
});

/** Log lines and starts of containers, as they come from several streams at once. */
type Item = { readonly line: LogLine } | { readonly started: EngineEvent };

async function* linesOf(engine: Engine, { id, ...source }: Source, options: LogsOptions): AsyncGenerator<Item> {
  const { tail, sinceSeconds, follow = false, signal } = options;
  for await (const stamped of engine.containers.logs(id, {
    timestamps: true,
    follow,
    ...(tail === undefined ? {} : { tail }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(signal === undefined ? {} : { signal }),
  })) {
    const space = stamped.indexOf(" ");
    // A long line comes in pieces, of which only the first has its time.
    const at = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(stamped.slice(0, space)) ? stamped.slice(0, space) : "";
    yield { line: { at, ...source, text: at === "" ? stamped : stamped.slice(space + 1) } };
  }
}

async function* startsOf(engine: Engine, project: string, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const event of engine.system.events({ labels: { [LABELS.project]: project }, signal }))
    if (event.type === "container" && event.action === "start") yield { started: event };
}

/** In the order in which they were said. One line of each stream is held at a time. */
async function* merged(streams: readonly AsyncGenerator<Item>[]): AsyncGenerator<LogLine> {
  const heads: { line: LogLine; readonly stream: AsyncGenerator<Item> }[] = [];
  try {
    for (const stream of streams) {
      const first = await stream.next();
      if (first.done !== true && "line" in first.value) heads.push({ line: first.value.line, stream });
    }
    while (heads.length > 0) {
      const next = heads.reduce((least, head) => (head.line.at < least.line.at ? head : least));
      yield next.line;
      const following = await next.stream.next();
      if (following.done === true || !("line" in following.value)) heads.splice(heads.indexOf(next), 1);
      else next.line = following.value.line;
    }
  } finally {
    for (const stream of streams) await stream.return(undefined);
  }
}

/** As they come, until every stream has ended. `onStart` gives the stream of a container that has come. */
async function* arriving(
  streams: readonly AsyncGenerator<Item>[],
  onStart: (event: EngineEvent) => AsyncGenerator<Item> | undefined,
): AsyncGenerator<LogLine> {
  type Arrival = { readonly stream: AsyncGenerator<Item>; readonly result: IteratorResult<Item> };
  const waiting = new Map<AsyncGenerator<Item>, Promise<Arrival>>();
  const wait = (stream: AsyncGenerator<Item>): unknown =>
    waiting.set(
      stream,
      stream.next().then((result) => ({ stream, result })),
    );
  streams.forEach(wait);
  try {
    while (waiting.size > 0) {
      const { stream, result } = await Promise.race(waiting.values());
      if (result.done === true) {
        waiting.delete(stream);
        continue;
      }
      wait(stream);
      if ("line" in result.value) yield result.value.line;
      else {
        const opened = onStart(result.value.started);
        if (opened !== undefined) wait(opened);
      }
    }
  } finally {
    for (const stream of waiting.keys()) void stream.return(undefined);
  }
}

const chosen = (found: readonly ContainerSummary[], project: string, services: readonly string[] | undefined): readonly Source[] => {
  const sources = found
    .map(({ id, name, labels }) => sourceOf(id, name, labels))
    .toSorted((a, b) => a.container.localeCompare(b.container));
  const known = new Set(sources.map(({ service }) => service));
  const unknown = services?.find((service) => !known.has(service));
  if (unknown !== undefined)
    throw new SeaworthyError("INPUT_NOT_FOUND", `${project} has no containers of ${unknown}`, {
      hint: known.size === 0 ? "seaworthy deploy makes a release live." : `Services with containers: ${[...known].toSorted().join(", ")}.`,
    });
  return services === undefined ? sources : sources.filter(({ service }) => services.includes(service));
};

/**
 * What the containers of a project say, those that have ended included. Without `follow` in the order in which it was said.
 * @throws INPUT_NOT_FOUND for a service that has no containers
 */
export async function* releaseLogs(engine: Engine, project: string, options: LogsOptions): AsyncGenerator<LogLine> {
  const { services, follow = false, signal = new AbortController().signal } = options;
  const sources = chosen(
    await engine.containers.list({ [LABELS.project]: project }),
    project,
    services?.length === 0 ? undefined : services,
  );
  if (!follow) return yield* merged(sources.map((source) => linesOf(engine, source, options)));
  const { tail: _, ...later } = options;
  const started = ({ id, attributes, at }: EngineEvent): AsyncGenerator<Item> | undefined => {
    const source = sourceOf(id, attributes["name"] ?? id, attributes);
    const wanted = services === undefined || services.length === 0 || services.includes(source.service);
    return wanted ? linesOf(engine, source, { ...later, sinceSeconds: Math.floor(at / 1000) }) : undefined;
  };
  yield* arriving([startsOf(engine, project, signal), ...sources.map((source) => linesOf(engine, source, options))], started);
}
