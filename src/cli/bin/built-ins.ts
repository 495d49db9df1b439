/** Modules of Node that take milliseconds to load, and of which most runs call nothing though they load a chunk that names them. */
const SELDOM = new Set([
  "node:child_process",
  "node:dns",
  "node:http",
  "node:https",
  "node:net",
  "node:readline",
  "node:sqlite",
  "node:tls",
  "node:worker_threads",
]);

/** Node's own modules for the chunks of a bundle: some of them are stand-ins, which load theirs when something of it is first asked for. */
export const builtInsOf = (require: (id: string) => unknown): ((id: string) => unknown) => {
  const standIns = new Map<string, object>();
  const standInFor = (id: string): object => {
    const real = (): object => require(id) as object;
    return new Proxy(
      {},
      {
        get: (_, name) => Reflect.get(real(), name) as unknown,
        has: (_, name) => Reflect.has(real(), name),
        ownKeys: () => Reflect.ownKeys(real()),
        getOwnPropertyDescriptor: (_, name) => {
          const found = Reflect.getOwnPropertyDescriptor(real(), name);
          // A proxy may only tell of what its own target does not have if that could be removed.
          return found === undefined ? undefined : { ...found, configurable: true };
        },
      },
    );
  };
  return (id) => {
    if (!SELDOM.has(id)) return require(id);
    const before = standIns.get(id);
    if (before !== undefined) return before;
    const made = standInFor(id);
    standIns.set(id, made);
    return made;
  };
};
