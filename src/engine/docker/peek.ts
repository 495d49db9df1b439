import { request } from "node:http";
import type { ImageRunConfig } from "../../core/index.ts";
import { findEngineAddress } from "./address.ts";
import { path } from "./connection.ts";
import { readInspected } from "./inspected.ts";

/** The largest answer that is read: images with thousands of layers stay below. */
const MAX_BYTES = 4 * 1024 * 1024;

const get = (socketPath: string, url: string, signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path: url, signal }, (answer) => {
      const pieces: Buffer[] = [];
      let size = 0;
      answer.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > MAX_BYTES) answer.destroy(new Error("the answer is too large"));
        else pieces.push(piece);
      });
      answer.on("error", reject);
      answer.on("end", () => resolve(answer.statusCode === 200 ? Buffer.concat(pieces).toString("utf8") : undefined));
    });
    call.on("error", reject);
    call.end();
  });

/** The engine's socket on this machine, as the docker CLI would find it; undefined when the engine is elsewhere, or cannot be told. */
const localSocket = (env: Readonly<Record<string, string | undefined>>): string | undefined => {
  try {
    return findEngineAddress(env).socketPath;
  } catch {
    return undefined;
  }
};

/**
 * How images that the engine of this machine has are configured, asked with one plain request each: no library is loaded and nothing is negotiated, so that
 * who only wants to know loses no time. Undefined for what it does not have; also when no engine answers, for then it has nothing.
 */
export const peekImages = (
  env: Readonly<Record<string, string | undefined>>,
): ((reference: string, platform: string | undefined, signal: AbortSignal) => Promise<ImageRunConfig | undefined>) => {
  const socket = localSocket(env);
  return async (reference, platform, signal) => {
    if (socket === undefined) return undefined;
    try {
      const answer = await get(socket, path`/images/${reference}/json`, signal);
      const image = answer === undefined ? undefined : readInspected(JSON.parse(answer));
      if (image === undefined) return undefined;
      const { os, architecture } = image.platform;
      return platform === undefined || `${platform}/`.startsWith(`${os}/${architecture}/`) ? image.config : undefined;
    } catch {
      return undefined;
    }
  };
};
