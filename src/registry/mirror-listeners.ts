import type { Listening } from "./listen.ts";
import type { MirrorSettings } from "./mirror/index.ts";

/** Listeners that act as an upstream's mirror: one for each `listen` of the mirrors. */
export interface MirrorListeners {
  /** `host:port` of each, by upstream. */
  readonly addresses: ReadonlyMap<string, string>;
  /**
   * Opens what these mirrors need besides what is open. Until the result is called nothing has changed for anybody; then each listener is of its new upstream, and those
   * that no mirror wants any more finish what is under way and close.
   * @throws PORT_TAKEN, PERMISSION_DENIED, INPUT_INVALID with none left open that was not before
   */
  prepare(mirrors: readonly MirrorSettings[]): Promise<() => void>;
  stop(): Promise<void>;
}

interface Entry {
  readonly listening: Listening;
  upstream: string;
}

type Listen = NonNullable<MirrorSettings["listen"]>;

export const createMirrorListeners = (serveAt: (at: Listen, actsAs: () => string | undefined) => Promise<Listening>): MirrorListeners => {
  const open = new Map<string, Entry>();
  const addresses = new Map<string, string>();
  const ending = new Set<Promise<void>>();
  const end = (entry: Entry): void => {
    const ended = entry.listening.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  };
  const start = async (at: Listen, upstream: string): Promise<Entry> => {
    const known: { entry?: Entry } = {};
    const listening = await serveAt(at, () => known.entry?.upstream ?? upstream);
    return (known.entry = { listening, upstream });
  };
  return {
    addresses,
    prepare: async (mirrors) => {
      const wanted = new Map<string, { readonly upstream: string; readonly entry: Entry }>();
      const fresh: Entry[] = [];
      try {
        for (const { listen, upstream } of mirrors) {
          if (listen === undefined) continue;
          const key = `${listen.host} ${listen.port}`;
          const entry = open.get(key) ?? (await start(listen, upstream));
          if (!open.has(key)) fresh.push(entry);
          wanted.set(key, { upstream, entry });
        }
      } catch (error) {
        for (const entry of fresh) end(entry);
        throw error;
      }
      return () => {
        for (const [key, entry] of open) if (!wanted.has(key)) end(entry);
        open.clear();
        addresses.clear();
        for (const [key, { entry, upstream }] of wanted) {
          entry.upstream = upstream;
          open.set(key, entry);
          addresses.set(upstream, entry.listening.address);
        }
      };
    },
    stop: async () => {
      for (const entry of open.values()) end(entry);
      open.clear();
      await Promise.all(ending);
    },
  };
};
