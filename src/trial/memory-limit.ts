const HEADROOM = 1.5;
const STEP = 16 * 1024 * 1024;
const LEAST = 32 * 1024 * 1024;

/** A memory limit with room over what was seen to be used: half as much again, in steps of 16 MiB. As compose files write it. */
export const roomyLimit = (bytes: number): string => `${Math.max(LEAST, Math.ceil((bytes * HEADROOM) / STEP) * STEP) / 1024 / 1024}M`;

/** Where proposals write it. */
export const MEMORY_PATH = ["deploy", "resources", "limits", "memory"] as const;
