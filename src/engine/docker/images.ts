import { Readable } from "node:stream";
import * as v from "valibot";
import {
  formatPlatform,
  formatReference,
  forTerminal,
  parseReference,
  type Platform,
  samePlatform,
  SeaworthyError,
} from "../../core/index.ts";
import type { Images } from "../ports.ts";
import { type Connection, path } from "./connection.ts";
import { unlessMissing } from "./containers.ts";
import { engineRefusal } from "./errors.ts";
import { jsonFrames } from "./frames.ts";
import { readInspected, readListed } from "./inspected.ts";

const PROGRESS = v.object({
  status: v.nullish(v.string(), ""),
  id: v.nullish(v.string(), ""),
  error: v.nullish(v.string()),
  errorDetail: v.nullish(v.object({ message: v.nullish(v.string(), "") })),
});

/** Reads a stream of progress to its end. The engine answers 200 and says later that it failed: every frame is looked at. */
const watch = async (stream: AsyncIterable<Uint8Array>, tried: string, onProgress?: (words: string) => void): Promise<void> => {
  const said = new Map<string, string>();
  for await (const frame of jsonFrames(stream, tried)) {
    const parsed = v.safeParse(PROGRESS, frame);
    if (!parsed.success) continue;
    const { status, id, error, errorDetail } = parsed.output;
    const failure = errorDetail?.message || error;
    if (failure) throw engineRefusal(tried, failure);
    // Each layer reports its bar many times a second; a person wants to hear of changes.
    if (status === "" || said.get(id) === status) continue;
    said.set(id, status);
    onProgress?.(forTerminal(id === "" ? status : `${id}: ${status}`));
  }
};

export const dockerImages = (connection: Connection, enginePlatform: () => Promise<Platform>): Images => {
  const inspect: Images["inspect"] = async (reference) => {
    const answer = await unlessMissing(
      connection.call({ tried: `inspect the image ${reference}`, method: "GET", path: path`/images/${reference}/json` }),
    );
    return answer === undefined ? undefined : readInspected(answer);
  };

  const pull: Images["pull"] = async (text, options = {}) => {
    const reference = parseReference(text);
    const tried = `pull ${text}`;
    const stream = await connection.stream({
      tried,
      method: "POST",
      path: "/images/create",
      query: {
        fromImage: formatReference({ registry: reference.registry, repository: reference.repository }),
        tag: reference.digest ?? reference.tag ?? "latest",
        ...(options.platform === undefined ? {} : { platform: formatPlatform(options.platform) }),
      },
      ...(options.auth === undefined ? {} : { auth: { ...options.auth, serveraddress: reference.registry } }),
      timeoutMs: 0,
    });
    await watch(stream, tried, options.onProgress);
    const wanted = options.platform ?? (await enginePlatform());
    // An image without an index is pulled whatever it was built for; it would fail at its first start with "exec format error".
    const pulled = await inspect(
      reference.digest === undefined
        ? text
        : formatReference({ registry: reference.registry, repository: reference.repository, digest: reference.digest }),
    );
    if (pulled !== undefined && !samePlatform(pulled.platform, wanted))
      throw new SeaworthyError(
        "PLATFORM_MISSING",
        `${text} is built for ${formatPlatform(pulled.platform)}; ${formatPlatform(wanted)} is needed`,
      );
  };

  return {
    inspect,
    list: async () => readListed(await connection.call({ tried: "list the images", method: "GET", path: "/images/json" })),
    pull,
    save: async function* (reference) {
      const stream = await connection.stream({ tried: `save ${reference}`, method: "GET", path: path`/images/${reference}/get` });
      try {
        yield* stream;
      } finally {
        stream.destroy();
      }
    },
    load: async (archive) => {
      const tried = "load an image archive";
      await watch(
        await connection.stream({
          tried,
          method: "POST",
          path: "/images/load",
          query: { quiet: "1" },
          upload: Readable.from(archive),
          timeoutMs: 0,
        }),
        tried,
      );
    },
    tag: async (source, target) => {
      const { registry, repository, tag = "latest" } = parseReference(target);
      await connection.call({
        tried: `tag ${source} as ${target}`,
        method: "POST",
        path: path`/images/${source}/tag`,
        query: { repo: formatReference({ registry, repository }), tag },
      });
    },
    remove: async (reference) => {
      await unlessMissing(connection.call({ tried: `remove the image ${reference}`, method: "DELETE", path: path`/images/${reference}` }));
    },
  };
};
