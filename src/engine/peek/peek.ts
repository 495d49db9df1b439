import type { ImageRunConfig } from "../../core/index.ts";
import { findEngineAddress } from "../docker/address.ts";
import { path } from "../docker/connection.ts";
import { readInspected } from "../docker/inspected.ts";
import { socketGet } from "./socket-get.ts";

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
      const answer = await socketGet(socket, path`/images/${reference}/json`, signal);
      const image = answer === undefined ? undefined : readInspected(JSON.parse(answer));
      if (image === undefined) return undefined;
      const { os, architecture } = image.platform;
      return platform === undefined || `${platform}/`.startsWith(`${os}/${architecture}/`) ? image.config : undefined;
    } catch {
      return undefined;
    }
  };
};
