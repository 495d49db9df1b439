import { existsSync } from "node:fs";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Clock, type Digest, ERRORS, type ErrorCode, SeaworthyError, systemClock } from "../../core/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { openStore } from "../store/store.ts";
import { type Answers, perform, type Upkeep, type Watching } from "./operations.ts";
import type { RequestName, RequestOf } from "./requests.ts";
import { failureJson } from "./server.ts";
import { withSocketPath } from "./socket.ts";

/** A registry's upkeep, wherever it is done: by the process that serves the folder, or by this one. */
export interface Control extends AsyncDisposable {
  readonly served: boolean;
  ask<Name extends RequestName>(name: Name, request: RequestOf<Name>, watching?: Watching): Promise<Answers[Name]>;
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

const thrown = ({ code, message, hint, problems = [] }: ReturnType<typeof failureJson>): Error =>
  isCode(code) ? new SeaworthyError(code, message, { problems, ...(hint === undefined ? {} : { hint }) }) : new Error(message);

interface Line {
  readonly progress?: string;
  readonly answer?: unknown;
  readonly failure?: ReturnType<typeof failureJson>;
}

const connect = (dataFolder: string, name: string, body: string, signal: AbortSignal | undefined): Promise<IncomingMessage> =>
  withSocketPath(
    dataFolder,
    (socketPath) =>
      new Promise((resolve, reject) => {
        const request = httpRequest(
          { socketPath, method: "POST", path: `/v1/${name}`, ...(signal === undefined ? {} : { signal }) },
          resolve,
        );
        request.once("error", reject);
        request.end(body);
      }),
  );

const askServer = async (dataFolder: string, name: RequestName, input: object, { signal, progress }: Watching): Promise<unknown> => {
  const response = await connect(dataFolder, name, JSON.stringify(input), signal);
  for await (const text of createInterface({ input: response })) {
    const line = JSON.parse(text) as Line;
    if (line.progress !== undefined) progress?.(line.progress);
    if (line.failure !== undefined) throw thrown(line.failure);
    if ("answer" in line) return line.answer;
  }
  throw new SeaworthyError("REGISTRY_UNREACHABLE", `the registry that serves ${dataFolder} ended before it was done`, {
    hint: "What it had begun it finishes or takes back when it is started again; run the command again then.",
  });
};

/** One that does not answer within this holds the folder all the same, and its lock says who it is. */
const PROBE_MS = 5000;

const isServed = async (dataFolder: string): Promise<boolean> => {
  if (!existsSync(join(dataFolder, "control.sock"))) return false;
  try {
    // Any answer will do.
    (await connect(dataFolder, "", "", AbortSignal.timeout(PROBE_MS))).resume();
    return true;
  } catch {
    return false;
  }
};

/**
 * Reaches the upkeep of a data folder: over the socket of the process that serves it, else by opening the folder here.
 * @throws INPUT_NOT_FOUND when there is no registry; LOCKED when a process has it and does not answer
 */
export const openControl = async (
  dataFolder: string,
  { clock = systemClock, liveDigests = new Set() }: { readonly clock?: Clock; readonly liveDigests?: ReadonlySet<Digest> } = {},
): Promise<Control> => {
  if (!existsSync(join(dataFolder, "registry.sqlite")))
    throw new SeaworthyError("INPUT_NOT_FOUND", `there is no registry in ${dataFolder}`, {
      hint: "Name the folder that seaworthy registry serve was given with --data.",
    });
  // The socket answers with what the asked name promises.
  if (await isServed(dataFolder))
    return {
      served: true,
      ask: async <Name extends RequestName>(name: Name, request: RequestOf<Name>, watching: Watching = {}) =>
        (await askServer(dataFolder, name, request, watching)) as Answers[Name],
      [Symbol.asyncDispose]: async () => undefined,
    };
  const policy = readPolicy(dataFolder);
  const store = await openStore(dataFolder, { clock, reserveBytes: 0, policy });
  const upkeep: Upkeep = { store, policy, clock, liveDigests: async () => liveDigests };
  return {
    served: false,
    ask: async <Name extends RequestName>(name: Name, request: RequestOf<Name>, watching: Watching = {}) => {
      try {
        return (await perform(upkeep, name, request, watching)) as Answers[Name];
      } catch (error) {
        throw failureJson(error).code === "BUG" ? error : thrown(failureJson(error));
      }
    },
    [Symbol.asyncDispose]: async () => store.close(),
  };
};
