import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

/** sockaddr_un(7): 108 bytes with the one that ends it. */
const MAX_PATH = 107;

/** Runs with a path by which the socket can be bound or reached, also where its folder's own name is too long: then through the folder's descriptor. */
export const withSocketPath = async <Result>(dataFolder: string, work: (path: string) => Promise<Result>): Promise<Result> => {
  const path = join(dataFolder, "control.sock");
  if (Buffer.byteLength(path) <= MAX_PATH) return work(path);
  const folder = openSync(dataFolder, "r");
  try {
    return await work(`/proc/self/fd/${folder}/control.sock`);
  } finally {
    closeSync(folder);
  }
};
