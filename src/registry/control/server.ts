import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { isSeaworthyError, wordsOf } from "../../core/index.ts";
import { isDiskFull, Refusal, StorageAway } from "../refusal.ts";
import { perform, type Upkeep } from "./operations.ts";
import { isRequestName } from "./requests.ts";
import { withSocketPath } from "./socket.ts";

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_REQUEST_BYTES) throw new Refusal(413, "SIZE_INVALID", "the request is too large");
    chunks.push(bytes);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
};

/** A failure in the form that the other end makes an error of again. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly problems?: readonly string[];
}

export const failureJson = (error: unknown): Failure => {
  if (error instanceof StorageAway) return failureJson(error.failure);
  if (isSeaworthyError(error)) return { code: error.code, message: error.message, hint: error.hint, problems: error.problems };
  if (isDiskFull(error)) return { code: "DISK_FULL", message: "no space left where the registry keeps its data" };
  if (error instanceof Refusal && error.status === 404)
    return {
      code: "IMAGE_NOT_FOUND",
      message: error.message,
      hint: "seaworthy registry ls says which repositories there are, seaworthy registry tags REPOSITORY what is in one.",
    };
  if (error instanceof Refusal) return { code: "REGISTRY_REFUSED", message: error.message };
  return { code: "BUG", message: wordsOf(error) };
};

const handle = async (upkeep: Upkeep, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const say = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
  try {
    const name = (request.url ?? "").slice("/v1/".length);
    if (request.method !== "POST" || !isRequestName(name)) throw new Refusal(404, "UNSUPPORTED", "there is no such request");
    const input = await readJson(request);
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const answer = await perform(upkeep, name, input, { signal: gone.signal, progress: (words) => say({ progress: words }) });
    say({ answer });
  } catch (error) {
    say({ failure: failureJson(error) });
  }
  response.end();
};

/**
 * Listens on `control.sock` of the data folder for the commands of whoever may open it (0600). A line of JSON for each step, the last with the answer.
 * Returns how to end it.
 */
export const serveControl = async (dataFolder: string, upkeep: Upkeep): Promise<() => Promise<void>> => {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const work = handle(upkeep, request, response).finally(() => underWay.delete(work));
    underWay.add(work);
  });
  server.requestTimeout = 0;
  // Whoever holds the folder's lock is its only server: what is there was left by one that died.
  rmSync(join(dataFolder, "control.sock"), { force: true });
  const before = process.umask(0o177);
  try {
    await withSocketPath(
      dataFolder,
      (path) =>
        new Promise<void>((resolve, reject) => {
          server.once("error", reject);
          server.listen(path, () => resolve());
        }),
    );
  } finally {
    process.umask(before);
  }
  chmodSync(join(dataFolder, "control.sock"), 0o600);
  return async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await Promise.all(underWay);
    rmSync(join(dataFolder, "control.sock"), { force: true });
  };
};
