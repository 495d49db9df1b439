import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** In hexadecimal, of a file of any size. */
export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
};
