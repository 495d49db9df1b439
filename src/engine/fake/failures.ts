/** `containers.start`, `images.pull` ...: a port and one of its methods. */
export type EngineMethod =
  | `containers.${"create" | "start" | "stop" | "kill" | "remove" | "inspect" | "list" | "logs"}`
  | `images.${"inspect" | "list" | "pull" | "save" | "load" | "tag" | "remove"}`
  | `storage.${"use" | "pruneBuildCache"}`
  | `networks.${"create" | "inspect" | "list" | "connect" | "disconnect" | "remove"}`
  | `volumes.${"create" | "inspect" | "list" | "remove"}`
  | `system.${"info" | "events"}`;

export interface FailureOptions {
  /** How many calls fail; default every one until it is taken back. */
  readonly times?: number;
  /** Only calls whose first argument is this name. */
  readonly on?: string;
  /** The work is done first, and the answer lost: what a broken connection looks like. Default false. */
  readonly afterwards?: boolean;
}

export interface EngineCallRecord {
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}

interface Failure extends FailureOptions {
  readonly method: EngineMethod;
  readonly outcome: Error | "hang";
  left: number;
}

type Port = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Failures that a test has asked for, and a record of every call. */
export const createFailures = () => {
  const failures = new Set<Failure>();
  const calls: EngineCallRecord[] = [];

  const take = (method: EngineMethod, subject: unknown): Failure | undefined => {
    const failure = [...failures].find((one) => one.method === method && (one.on === undefined || one.on === subject));
    if (failure === undefined) return undefined;
    failure.left -= 1;
    if (failure.left <= 0) failures.delete(failure);
    return failure;
  };

  const suffer = (outcome: Error | "hang"): Promise<never> =>
    outcome === "hang" ? new Promise<never>(() => undefined) : Promise.reject(outcome);

  const guard =
    (method: EngineMethod, work: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      calls.push({ method, args });
      const failure = take(method, args[0]);
      if (failure === undefined) return work(...args);
      const outcome =
        failure.afterwards === true ? Promise.resolve(work(...args)).then(() => suffer(failure.outcome)) : suffer(failure.outcome);
      if (method !== "containers.logs" && method !== "system.events" && method !== "images.save") return outcome;
      return (async function* () {
        yield await outcome;
      })();
    };

  return {
    calls: calls as readonly EngineCallRecord[],
    /** @returns takes the failure back. */
    fail: (method: EngineMethod, outcome: Error | "hang", options: FailureOptions = {}): (() => void) => {
      const failure: Failure = { ...options, method, outcome, left: options.times ?? Number.POSITIVE_INFINITY };
      failures.add(failure);
      return () => failures.delete(failure);
    },
    /** The same port with every method guarded. */
    wrap: <P extends object>(name: string, port: P): P =>
      Object.fromEntries(
        Object.entries(port as Port).map(([method, work]) => [method, guard(`${name}.${method}` as EngineMethod, work)]),
      ) as P,
  };
};
