import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Clock } from "../../core/index.ts";
import { forgetOldest } from "../forget-oldest.ts";

/** Wrong passwords that cost nothing: of one account from one address, of one address for any account, of one account from anywhere. */
const FREE = { pair: 5, address: 20, account: 50 } as const;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** An account under attack from everywhere still lets its owner try each half minute. */
const LONGEST_ACCOUNT_WAIT_MS = 30_000;
const FORGET_MS = 60 * 60_000;
const MAX_KNOWN = 20_000;

interface Failures {
  count: number;
  lastAt: number;
}

export interface BruteForceLimit {
  /** Milliseconds until this account may be tried from this address again; 0: now. */
  waitMs(account: string, address: string): number;
  failed(account: string, address: string): void;
  /** Forgets the pair; what an address did to other accounts stays. */
  succeeded(account: string, address: string): void;
}

/** Who has an IPv6 network has 2^64 addresses. */
const networkOf = (address: string): string => (isIPv6(address) ? `${expand(address).slice(0, 4).join(":")}::/64` : address);

const expand = (address: string): readonly string[] => {
  const [left = "", right] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const before = left === "" ? [] : left.split(":");
  const after = right === undefined || right === "" ? [] : right.split(":");
  return right === undefined
    ? before
    : [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0"), ...after];
};

/** Doubling waits after wrong passwords, in bounded memory: the oldest entries go first. */
export const createBruteForceLimit = (clock: Clock): BruteForceLimit => {
  const known = new Map<string, Failures>();
  const keysOf = (account: string, address: string) => {
    const network = networkOf(address);
    // Names nobody has are as many as an attacker likes; they must not be as long, and a slice of a string keeps all of it.
    const name = createHash("sha256").update(account).digest("base64");
    return { pair: `p ${network} ${name}`, address: `a ${network}`, account: `u ${name}` } as const;
  };
  const wait = (key: string, free: number, longest: number): number => {
    const failures = known.get(key);
    if (failures === undefined || failures.count < free) return 0;
    const total = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures.count - free, 30), longest);
    return Math.max(0, failures.lastAt + total - clock.now());
  };
  const count = (key: string): void => {
    const before = known.get(key);
    const fresh = before !== undefined && clock.now() - before.lastAt < FORGET_MS ? before.count : 0;
    known.delete(key);
    known.set(key, { count: fresh + 1, lastAt: clock.now() });
    forgetOldest(known, MAX_KNOWN);
  };
  return {
    waitMs: (account, address) => {
      const keys = keysOf(account, address);
      return Math.max(
        wait(keys.pair, FREE.pair, LONGEST_WAIT_MS),
        wait(keys.address, FREE.address, LONGEST_WAIT_MS),
        wait(keys.account, FREE.account, LONGEST_ACCOUNT_WAIT_MS),
      );
    },
    failed: (account, address) => {
      const keys = keysOf(account, address);
      for (const key of [keys.pair, keys.address, keys.account]) count(key);
    },
    succeeded: (account, address) => {
      const keys = keysOf(account, address);
      known.delete(keys.pair);
      known.delete(keys.account);
    },
  };
};
