/** Blobs that are on their way at once. */
export const PARALLEL = 4;

/** Works on all items, so many at a time; after a failure none is begun, and the first failure is thrown. */
export const eachOf = async <Item>(items: readonly Item[], parallel: number, work: (item: Item) => Promise<void>): Promise<void> => {
  const queue = [...items];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !failed; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(parallel, items.length) }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
};
