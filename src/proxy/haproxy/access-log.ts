import { createConnection } from "node:net";
import { SeaworthyError, wordsOf } from "../../core/index.ts";
import { nextOf } from "../backend.ts";
import { ID } from "./pages.ts";

/** A buffer of this size in HAProxy's own memory, the oldest lines making room: nobody has to listen, and nothing fills a disk. */
const RING = "seaworthy_access";
const RING_BYTES = 1_048_576;

/**
 * One line a request, in JSON. No header of the request is in it but its id, and nothing from the path's `?` on, where secrets are.
 * Times are milliseconds, -1 where it did not come so far; `end` is HAProxy's termination state (configuration.txt 8.5), `--` when all went well.
 */
const FORMAT = [
  '"at":%Ts%ms',
  `"id":"%[var(${ID}),json(utf8s)]"`,
  '"client":"%ci"',
  '"method":"%HM"',
  '"path":"%[capture.req.uri,field(1,?),bytes(0,300),json(utf8s)]"',
  '"backend":"%b"',
  '"server":"%s"',
  '"status":%ST',
  '"queueMs":%Tw',
  '"connectMs":%Tc',
  '"answerMs":%Tr',
  '"totalMs":%Ta',
  '"bytes":%B',
  '"end":"%ts"',
].join(",");

const inQuotes = (format: string): string => `"{${format.replaceAll('"', '\\"')}}"`;

/** Failures go to the container's log in any case. Where releases are compared, every request goes to the ring as well; elsewhere that would be work for nobody. */
export const logTargets = (everyRequest: boolean): readonly string[] => [
  "log stdout len 2048 format raw local0 notice",
  ...(everyRequest ? [`log ring@${RING} len 2048 format raw local1 info`] : []),
];

export const logOptions = (everyRequest: boolean): readonly string[] => [
  `log-format ${inQuotes(FORMAT)}`,
  "option log-separate-errors",
  ...(everyRequest ? [] : ["option dontlog-normal"]),
];

export const logSection = (everyRequest: boolean): string =>
  everyRequest ? `\nring ${RING}\n    format raw\n    maxlen 2100\n    size ${RING_BYTES}\n` : "";

/** How long answers of one side took, from the end of the request's head in the proxy to the answer's head. */
export interface SideTimes {
  /** Answers whose time is known. */
  readonly answers: number;
  /** The time within which 95 of 100 came; undefined without answers. */
  readonly p95Ms?: number;
}

/** What the access log tells of a backend and its `:next` since it is followed. */
export interface AnswerTimes extends Disposable {
  read(): { readonly stable: SideTimes; readonly next: SideTimes };
}

/** Answers later than this are counted as if they had taken so long: no more memory than that, however many requests come. */
const LONGEST_MS = 120_000;

/** Counts by the millisecond: exact, and of a fixed size. */
export const createTimesCounter = () => {
  const counts = new Uint32Array(LONGEST_MS + 1);
  let answers = 0;
  return {
    add: (ms: number): void => {
      const at = Math.min(Math.max(0, Math.round(ms)), LONGEST_MS);
      counts[at] = (counts[at] ?? 0) + 1;
      answers += 1;
    },
    read: (): SideTimes => {
      if (answers === 0) return { answers };
      const rank = Math.ceil(answers * 0.95);
      let below = 0;
      const p95Ms = counts.findIndex((count) => (below += count) >= rank);
      return { answers, p95Ms };
    },
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** The backend of one line and its time; undefined where nothing answered, or it is no such line. */
export const timeIn = (line: string): { readonly backend: string; readonly ms: number } | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { backend, answerMs, queueMs, connectMs } = value;
  if (typeof backend !== "string" || typeof answerMs !== "number" || answerMs < 0) return undefined;
  const before = [queueMs, connectMs].reduce<number>((sum, ms) => sum + (typeof ms === "number" && ms > 0 ? ms : 0), 0);
  return { backend, ms: before + answerMs };
};

/** Longest line that is waited for: what is longer is none of ours. */
const MAX_LINE_BYTES = 65_536;

/**
 * Follows the ring over the runtime socket (management.txt 9.3, `show events`), from now on. A connection that ends is made again as long as somebody listens: HAProxy ends one in
 * which nothing moves for two minutes.
 * @throws PROXY_UNREACHABLE when HAProxy has no such ring or does not answer
 */
export const followAnswerTimes = async (socket: string, backend: string): Promise<AnswerTimes> => {
  const [stable, next] = [createTimesCounter(), createTimesCounter()];
  const take = (line: string): void => {
    if (!line.includes(backend)) return;
    const found = timeIn(line);
    if (found?.backend === backend) stable.add(found.ms);
    else if (found?.backend === nextOf(backend)) next.add(found.ms);
  };
  let over = false;
  let drop: () => void = () => undefined;

  const connect = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let pending = "";
      let settled = false;
      const connection = createConnection(socket);
      drop = () => connection.destroy();
      connection.setEncoding("utf8");
      // HAProxy says nothing until there is a line; where there is no such ring it ends the connection at once.
      connection.on("connect", () => {
        connection.write(`show events ${RING} -w -n\n`);
        setTimeout(() => {
          settled = true;
          resolve();
        }, 100);
      });
      connection.on("data", (text: string) => {
        pending += text;
        const lines = pending.split("\n");
        pending = (lines.pop() ?? "").slice(0, MAX_LINE_BYTES);
        for (const line of lines) take(line);
      });
      connection.on("error", (error) => {
        reject(
          new SeaworthyError("PROXY_UNREACHABLE", `HAProxy does not tell its access log on ${socket}: ${wordsOf(error)}`, { cause: error }),
        );
      });
      connection.on("close", () => {
        reject(new SeaworthyError("PROXY_UNREACHABLE", `HAProxy ended its access log on ${socket}`));
        if (settled && !over) void connect().catch(() => undefined);
      });
    });

  await connect();
  return {
    read: () => ({ stable: stable.read(), next: next.read() }),
    [Symbol.dispose]: () => {
      over = true;
      drop();
    },
  };
};
