import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Digest, digestOf, parseReference, type Reference } from "../core/index.ts";
import { createLayout, createRegistryClient, type Layout, MEDIA, type NewTarEntry, type RegistryClient, writeTar } from "../image/index.ts";
import { type RegistryOptions, type RunningRegistry, startRegistry } from "./serve.ts";

/** A registry on a fresh folder and a free port, gone with `using`. */
export interface TestRegistry extends AsyncDisposable {
  readonly folder: string;
  readonly running: RunningRegistry;
  readonly client: RegistryClient;
  at(name: string): Reference;
  /** A request as it stands, nothing normalised. */
  raw(
    method: string,
    path: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array | string },
  ): Promise<RawAnswer>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

const send = (
  address: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string | undefined,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
    const length = "transfer-encoding" in headers ? {} : { "content-length": String(body === undefined ? 0 : Buffer.byteLength(body)) };
    const request = httpRequest({ host, port, method, path, headers: { ...length, ...headers } });
    request.once("error", reject);
    request.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const bytes = Buffer.concat(chunks);
        const isError = (response.statusCode ?? 0) >= 400 && bytes.length > 0;
        const error = isError ? (JSON.parse(bytes.toString()) as { errors: { code: string; message: string }[] }).errors[0] : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, code: error?.code, message: error?.message });
      });
    });
    request.end(body);
  });

/** Gone when the test that asked for it ends; outside of one, its caller removes it. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-registry-"));
  try {
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  } catch {
    // Not inside a test.
  }
  return folder;
};

export const startTestRegistry = async (options: Partial<RegistryOptions> = {}): Promise<TestRegistry> => {
  const folder = options.dataFolder ?? temporaryFolder();
  const running = await startRegistry({
    dataFolder: folder,
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
    ...options,
  });
  const client = createRegistryClient({ attempts: 2, credentials: async () => undefined });
  return {
    folder,
    running,
    client,
    at: (name) => parseReference(`${running.address}/${name}`),
    raw: (method, path, { headers = {}, body } = {}) => send(running.address, method, path, headers, body),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const concat = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** An image `FROM scratch` with these files, one layer each, written into a layout. Random files make a digest of its own. */
export const makeImage = async (
  layout: Layout,
  files: readonly NewTarEntry[] = [{ path: "random", body: randomBytes(1024) }],
  architecture = "amd64",
): Promise<Digest> => {
  const layers = [];
  for (const file of files) layers.push({ mediaType: MEDIA.ociLayer, ...(await layout.writeBlob(await concat(writeTar([file])))) });
  const config = {
    architecture,
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: { Cmd: ["/none"] },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  };
  const configBlob = await layout.writeBlob(Buffer.from(JSON.stringify(config)));
  const manifest = { schemaVersion: 2, mediaType: MEDIA.ociManifest, config: { mediaType: MEDIA.ociConfig, ...configBlob }, layers };
  return (await layout.writeBlob(Buffer.from(JSON.stringify(manifest)))).digest;
};

export const makeIndex = async (
  layout: Layout,
  images: readonly { readonly digest: Digest; readonly architecture: string }[],
): Promise<Digest> => {
  const manifests = [];
  for (const { digest, architecture } of images)
    manifests.push({
      mediaType: MEDIA.ociManifest,
      digest,
      size: (await layout.blobSize(digest)) ?? 0,
      platform: { os: "linux", architecture },
    });
  return (await layout.writeBlob(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests })))).digest;
};

export const temporaryLayout = (): Promise<Layout> => createLayout(join(temporaryFolder(), "layout"));

/** A manifest without layers whose config is `{}` and which differs by `name`: for tests of tags. */
export const smallManifest = (name: string, subject?: Digest): { readonly bytes: Buffer; readonly digest: Digest } => {
  const config = { mediaType: MEDIA.ociEmpty, digest: digestOf("{}"), size: 2 };
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    artifactType: "application/vnd.test",
    config,
    layers: [],
    ...(subject === undefined ? {} : { subject: { mediaType: MEDIA.ociManifest, digest: subject, size: 1 } }),
    annotations: { name },
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, digest: digestOf(bytes) };
};

/** Puts the `{}` blob that `smallManifest` needs into a repository. */
export const seed = async (registry: TestRegistry, repository: string): Promise<void> => {
  await registry.client.pushBlob(registry.at(repository), Buffer.from("{}"));
};
