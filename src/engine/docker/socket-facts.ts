import { accessSync, constants, statSync, type Stats } from "node:fs";
import { wordsOf } from "../../core/index.ts";
import { findEngineAddress } from "./address.ts";

/** What the file system says of the way to the engine, whether it answers or not. */
export interface SocketFacts {
  /** `unix:///var/run/docker.sock`, `tcp://...` */
  readonly address: string;
  /** Absent where the engine is reached over TCP. */
  readonly socket?: {
    readonly path: string;
    readonly exists: boolean;
    /** As `ls` writes it in octal: `660`. */
    readonly mode?: string;
    readonly uid?: number;
    readonly gid?: number;
    /** Whether this process may open it. */
    readonly permitted: boolean;
  };
  /** Why not even the address is known. */
  readonly because?: string;
}

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch {
    // Not there, or in a folder that may not be looked into: `permitted` says the rest.
    return undefined;
  }
};

const mayOpen = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Asks nothing of the engine. */
export const engineSocket = (): SocketFacts => {
  try {
    const { url, socketPath } = findEngineAddress();
    if (socketPath === undefined) return { address: url };
    const found = statOf(socketPath);
    return {
      address: url,
      socket: {
        path: socketPath,
        exists: found !== undefined,
        permitted: mayOpen(socketPath),
        ...(found === undefined ? {} : { mode: (found.mode & 0o777).toString(8), uid: found.uid, gid: found.gid }),
      },
    };
  } catch (error) {
    return { address: "unknown", because: wordsOf(error) };
  }
};
