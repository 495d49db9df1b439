import type { Storage } from "../ports.ts";
import type { FakeStore } from "./store.ts";

/** No two images of the fake share a layer's bytes: each takes what its size says. */
export const fakeStorage = (store: FakeStore): Storage => ({
  use: async () => {
    const images = new Map([...store.images.values()].map(({ id, sizeBytes }) => [id, sizeBytes] as const));
    return {
      layersBytes: [...images.values()].reduce((sum, bytes) => sum + bytes, 0),
      ownBytes: images,
      buildCache: [...store.buildCache],
    };
  },
  pruneBuildCache: async ({ unusedForMs = 0, keepBytes = 0 }) => {
    let freed = 0;
    for (const record of store.buildCache.toSorted((a, b) => a.usedAt - b.usedAt)) {
      const left = store.buildCache.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      if (left <= keepBytes) break;
      if (record.inUse || store.clock.now() - record.usedAt < unusedForMs) continue;
      store.buildCache.splice(store.buildCache.indexOf(record), 1);
      freed += record.sizeBytes;
    }
    return freed;
  },
});
