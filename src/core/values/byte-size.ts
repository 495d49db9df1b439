import { SeaworthyError } from "../errors.ts";

declare const brand: unique symbol;

/** A number of bytes, whole and not negative. Written as Compose writes it: `b`, `k|kb`, `m|mb`, `g|gb`, powers of 1024 (docker/go-units RAMInBytes). */
export type ByteSize = number & { readonly [brand]: "ByteSize" };

const POWER = { "": 0, b: 0, k: 1, m: 2, g: 3, t: 4 } as const;
const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|(b))?$/i;

/** @throws INPUT_INVALID */
export const parseByteSize = (text: string): ByteSize => {
  const match = SIZE.exec(text.trim());
  const bytes = match === null ? Number.NaN : Number(match[1]) * 1024 ** POWER[(match[2] ?? "").toLowerCase() as keyof typeof POWER];
  if (!Number.isFinite(bytes) || bytes > Number.MAX_SAFE_INTEGER)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `"${text.slice(0, 160)}" is not a size: expected a number with an optional unit, as in 512m, 2gb or 1048576`,
    );
  return Math.floor(bytes) as ByteSize;
};

export const bytes = (amount: number): ByteSize => Math.max(0, Math.floor(amount)) as ByteSize;

/** For people: three significant digits, decimal units as `docker images` prints them. */
export const formatByteSize = (size: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = size;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? amount : Number(amount.toPrecision(3))} ${units[unit]}`;
};
