import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";

/** One image that the server hands out: `repository` without host, the manifest's digest, and the folder with its blobs. */
export interface Served {
  readonly repository: string;
  readonly digest: string;
  readonly folder: string;
}

/** The loopback port that base images are named after. Chosen once: the name stays in the engine and in re-pinned Dockerfiles. */
const firstPort = 5757;
const portsTried = 20;

/**
 * A registry that can only be read, on loopback, for as long as the engine needs to pull. An image that was pulled keeps its digest in the engine, so
 * `FROM 127.0.0.1:PORT/...@sha256:...` resolves afterwards with no registry running; `docker load` and `docker tag` cannot give it one.
 */
export async function serveImages(images: readonly Served[]): Promise<{ host: string; close: () => void }> {
  const server = createServer((request, response) => {
    answer(images, request, response).catch(() => response.destroy());
  });
  for (let port = firstPort; port < firstPort + portsTried; port++) {
    if (await listens(server, port)) {
      return {
        host: `127.0.0.1:${port}`,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      };
    }
  }
  throw new Error(`no free loopback port from ${firstPort} to ${firstPort + portsTried - 1} to hand the base images to the engine`);
}

async function answer(images: readonly Served[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/v2/") return void response.end("{}");
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? "") ?? [];
  const image = images.find((one) => one.repository === repository && (kind === "blobs" || reference === one.digest));
  const digest = kind === "blobs" ? reference : image?.digest;
  const file =
    image && digest && /^sha256:[0-9a-f]{64}$/.test(digest)
      ? join(image.folder, "blobs", "sha256", digest.slice("sha256:".length))
      : undefined;
  const found = file ? await stat(file).catch(() => undefined) : undefined;
  if (!file || !found || !digest) return void response.writeHead(404).end();
  response.writeHead(200, {
    "content-length": found.size,
    "content-type": kind === "manifests" ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream",
    "docker-content-digest": digest,
  });
  if (request.method === "HEAD") return void response.end();
  createReadStream(file, { highWaterMark: 1 << 20 }).pipe(response);
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => (error.code === "EADDRINUSE" ? resolve(false) : reject(error));
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", failed);
      resolve(true);
    });
  });
}
