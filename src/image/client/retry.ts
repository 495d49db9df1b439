import { type Clock, isSeaworthyError } from "../../core/index.ts";
import { type Answer, type Call, discard, type Wire } from "./http.ts";
import { isSpent } from "./rate-limit.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

const mayRecover = (status: number): boolean => status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** Failures that no second try mends: certificates and names that do not exist. */
const isFinal = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  return (
    isSeaworthyError(error) ||
    (error as Error | undefined)?.name === "AbortError" ||
    code === "ENOTFOUND" ||
    /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)
  );
};

/** Retry-After in milliseconds (RFC 9110 section 10.2.3: seconds or a date). */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
};

/**
 * Sends, and sends again with growing pauses where that can help. The last answer is returned whatever its status, and one that asks for more than a minute's
 * patience, or says that nothing is left of a limit that lasts longer, is the last.
 */
export const sendPatiently = async (
  wire: Wire,
  call: Call,
  options: { readonly attempts: number; readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<Answer> => {
  const attempts = call.body?.once === true ? 1 : options.attempts;
  for (let attempt = 1; ; attempt += 1) {
    const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
    let waitMs = backoffMs;
    try {
      const answer = await wire.send(call);
      if (!mayRecover(answer.status) || attempt >= attempts || isSpent(answer)) return answer;
      waitMs = retryAfterMs(answer.headers["retry-after"], options.clock.now()) ?? backoffMs;
      if (waitMs > LONGEST_WAIT_MS) return answer;
      await discard(answer);
    } catch (error) {
      if (isFinal(error) || attempt >= attempts) throw error;
    }
    await options.clock.sleep(waitMs, options.signal);
  }
};
