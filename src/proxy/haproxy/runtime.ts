import { createConnection } from "node:net";
import { SeaworthyError, wordsOf } from "../../core/index.ts";

/** HAProxy's answers are bounded: `show stat` of a thousand servers stays under 1 MiB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 25;

/** Sends one command line to a HAProxy socket and returns its whole answer. @throws PROXY_UNREACHABLE */
export type Runtime = (command: string) => Promise<string>;

export interface RuntimeOptions {
  /** Without a sign of life for this long a command is given up. Default 5 s. */
  readonly timeoutMs?: number;
  /**
   * How long nobody may listen before that is believed: the master starts itself anew after each reload, and its socket is nobody's for that moment.
   * A command that reached nobody can be sent again, and a question also when it was let go without an answer. Default 1 s.
   */
  readonly connectWithinMs?: number;
}

const NO_ANSWER = "it closed the connection without an answer";

const HALF_AN_ANSWER = "it broke off in the middle of its answer";

/** Also one that the master hands on to a worker, which may end meanwhile. */
const QUESTION = /^(?:@!?\d+ )?show /;

/** An answer of many lines ends with an empty one, one of a single line at least with its line end (HAProxy 2.6; the same in management.txt 9.3). */
const isWhole = (command: string, answer: string): boolean =>
  answer.endsWith("\n\n") || (answer.endsWith("\n") && !(QUESTION.test(command) && /\n./.test(answer)));

const unreachable = (socket: string, why: string, cause?: unknown): SeaworthyError =>
  new SeaworthyError("PROXY_UNREACHABLE", `HAProxy does not answer on ${socket}: ${why}`, { cause });

const send = (socket: string, command: string, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const connection = createConnection(socket);
    connection.setTimeout(timeoutMs, () =>
      connection.destroy(unreachable(socket, `no answer to "${command.split(" ", 2).join(" ")}" within ${timeoutMs} ms`)),
    );
    // The master's socket answers at once but closes only after we did.
    connection.on("connect", () => connection.end(`${command}\n`));
    connection.on("data", (chunk) => {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) connection.destroy(unreachable(socket, "the answer is too large"));
      else chunks.push(chunk);
    });
    connection.on("error", (error) => reject(error instanceof SeaworthyError ? error : unreachable(socket, wordsOf(error), error)));
    // None at all is a connection that was let go, not a command that was done.
    connection.on("end", () => {
      const answer = Buffer.concat(chunks).toString("utf8");
      const broken = answer === "" ? NO_ANSWER : isWhole(command, answer) ? undefined : HALF_AN_ANSWER;
      if (broken === undefined) resolve(answer);
      else reject(unreachable(socket, broken, { code: broken }));
    });
    connection.on("close", () => reject(unreachable(socket, "the connection was cut")));
  });

const codeOf = (error: unknown): string =>
  (error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined) ?? "";

const maySendAgain = (command: string, error: unknown): boolean =>
  ["ECONNREFUSED", "ENOENT"].includes(codeOf(error)) ||
  (QUESTION.test(command) && ["ECONNRESET", "EPIPE", NO_ANSWER, HALF_AN_ANSWER].includes(codeOf(error)));

/** One connection a command, as management.txt asks of non-interactive use. */
export const createRuntime =
  (socket: string, { timeoutMs = 5000, connectWithinMs = 1000 }: RuntimeOptions = {}): Runtime =>
  async (command) => {
    const until = performance.now() + connectWithinMs;
    for (;;)
      try {
        return await send(socket, command, timeoutMs);
      } catch (error) {
        if (!maySendAgain(command, error) || performance.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
  };
