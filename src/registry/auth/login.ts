import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../../core/index.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { Refusal } from "../refusal.ts";
import type { Account, Accounts } from "./accounts.ts";
import type { BruteForceLimit } from "./brute-force.ts";
import { encodePassword, isForeignHash, MAX_PASSWORD_BYTES, verifyPassword } from "./password.ts";

/** A password that was right is not looked at again for so long, unless the account changes. */
const REMEMBER_MS = 5 * 60_000;
const MAX_REMEMBERED = 5000;
/** Verifications at once: each takes 32 MiB and a thread for a tenth of a second. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;

/** Why somebody was not let in; told to the log, never to the client. */
export type LoginFailure = "unknown account" | "wrong password" | "account ended" | "token not accepted" | "too many tries";

export interface LoginAttempt {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  /** One of several accounts that a token may be for: not being this one is no failure. */
  readonly quiet?: boolean;
}

export interface Login {
  /** The account whose password this is. @throws Refusal 401, or 429 after too many wrong ones */
  verify(attempt: LoginAttempt): Promise<Account>;
}

interface Ports {
  readonly accounts: Accounts;
  readonly limit: BruteForceLimit;
  readonly clock: Clock;
  /** For accounts of kind `ci`: until when the pipeline's token holds, in milliseconds since the epoch; undefined when it does not. */
  readonly verifyCiToken: (account: Account, token: string) => Promise<number | undefined>;
  readonly failed: (attempt: LoginAttempt, why: LoginFailure) => void;
}

const wrong = (): Refusal => new Refusal(401, "UNAUTHORIZED", "the name or the password is wrong");

const isOver = (account: Account, clock: Clock): boolean => account.expiresAt !== undefined && account.expiresAt <= clock.now();

/** A queue in front of what costs a tenth of a second each. */
const createGate = () => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= MAX_AT_ONCE) {
      if (waiting.length >= MAX_WAITING)
        throw new Refusal(429, "TOOMANYREQUESTS", "too many people log in at this moment; try again", { "retry-after": "5" });
      await new Promise<void>((go) => waiting.push(go));
    }
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
};

/** Passwords, robots' secrets and pipelines' tokens. The slow verification happens once; until it is forgotten, a keyed hash in memory stands for it. */
export const createLogin = ({ accounts, limit, clock, verifyCiToken, failed }: Ports): Login => {
  const key = randomBytes(32);
  const remembered = new Map<string, number>();
  const underWay = new Map<string, Promise<number | undefined>>();
  const gate = createGate();

  const remember = (name: string, until: number): void => {
    remembered.delete(name);
    remembered.set(name, until);
    forgetOldest(remembered, MAX_REMEMBERED);
  };

  /** Until when this password is known to be right; undefined when it is wrong. */
  const prove = async (account: Account | undefined, attempt: LoginAttempt): Promise<number | undefined> => {
    const { password } = attempt;
    if (account?.kind === "ci") return verifyCiToken(account, password);
    const encoded = account === undefined ? undefined : accounts.secretOf(account);
    const right = await gate(async () => {
      // A hundred guesses sent at once are not tried all because none had failed when they came.
      requirePatience(attempt);
      return verifyPassword(encoded, password);
    });
    if (!right || account === undefined || encoded === undefined) return undefined;
    if (isForeignHash(encoded)) accounts.rehash(account, encoded, await gate(() => encodePassword(password)));
    return clock.now() + REMEMBER_MS;
  };

  const requirePatience = (attempt: LoginAttempt): void => {
    const waitMs = limit.waitMs(attempt.name, attempt.address);
    if (waitMs === 0) return;
    failed(attempt, "too many tries");
    const seconds = Math.ceil(waitMs / 1000);
    throw new Refusal(429, "TOOMANYREQUESTS", `too many wrong passwords; try again in ${seconds} s`, { "retry-after": String(seconds) });
  };

  const check = async (attempt: LoginAttempt): Promise<Account> => {
    const { name, password, address } = attempt;
    const account = accounts.find(name);
    const usable = account?.kind === "anonymous" ? undefined : account;
    const proof = createHmac("sha256", key).update(`${usable?.id}\n${usable?.version}\n${name}\n${password}`).digest("base64");
    const refuse = (why: LoginFailure): never => {
      failed(attempt, why);
      throw wrong();
    };
    if (usable !== undefined && (remembered.get(proof) ?? 0) > clock.now()) return isOver(usable, clock) ? refuse("account ended") : usable;
    // A password that was right a moment ago is let in above, whoever else guesses meanwhile.
    requirePatience(attempt);
    if (Buffer.byteLength(password) > (usable?.kind === "ci" ? 16_384 : MAX_PASSWORD_BYTES)) return refuse("wrong password");
    // A client that asks for ten blobs at once is one login.
    const proving = underWay.get(proof) ?? prove(usable, attempt);
    underWay.set(proof, proving);
    const until = await proving.finally(() => underWay.delete(proof));
    if (usable === undefined || until === undefined) {
      if (attempt.quiet === true) throw wrong();
      limit.failed(name, address);
      return refuse(usable === undefined ? "unknown account" : usable.kind === "ci" ? "token not accepted" : "wrong password");
    }
    if (isOver(usable, clock)) return refuse("account ended");
    limit.succeeded(name, address);
    remember(proof, Math.min(until, clock.now() + REMEMBER_MS));
    // It may have been removed, or given another password, while the old one was verified.
    const now = accounts.byId(usable.id);
    return now === undefined || now.version !== usable.version ? refuse("wrong password") : now;
  };

  return { verify: check };
};
