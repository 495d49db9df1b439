import { digestOf, parseReference, formatReference, samePlatform, SeaworthyError, formatPlatform } from "../../core/index.ts";
import type { Images } from "../ports.ts";
import { type FakeImage, type FakeStore, findImage, imageKey, refusal } from "./store.ts";

const imageKeyOrId = (text: string): string => (/^(sha256:)?[0-9a-f]{64}$/.test(text) ? text : imageKey(text));

const without = (key: string): string => {
  const { registry, repository } = parseReference(key);
  return formatReference({ registry, repository });
};

/** `remote` is what a pull finds, by full reference; archives are JSON here, understood only by another fake. */
export const fakeImages = (store: FakeStore, remote: ReadonlyMap<string, FakeImage>): Images => ({
  inspect: async (reference) => {
    const found = findImage(store, reference);
    const taggedAt = store.taggedAt.get(imageKeyOrId(reference));
    return found === undefined || taggedAt === undefined ? found : { ...found, taggedAt };
  },
  list: async () =>
    [...new Set([...store.images.values()].map(({ id }) => id))].map((id) => {
      const named = [...store.images].filter(([, image]) => image.id === id);
      const keys = named.map(([key]) => key);
      const [, image] = named[0] ?? [];
      return {
        id,
        // As the engine writes them: without the hub's own names.
        tags: keys.filter((key) => !key.includes("@")).map((key) => key.replace(/^docker\.io\/(?:library\/)?/, "")),
        digests: [...new Set([...keys.filter((key) => key.includes("@")), ...(image?.digests ?? [])])],
        labels: image?.config.labels ?? {},
        createdAt: image?.createdAt ?? 0,
        sizeBytes: image?.sizeBytes ?? 0,
      };
    }),
  pull: async (reference, options = {}) => {
    const key = imageKey(reference);
    const found = remote.get(key) ?? [...remote].find(([name, image]) => key === `${without(name)}@${image.id}`)?.[1];
    if (found === undefined)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `cannot pull ${reference}: manifest unknown`, { details: { status: 404 } });
    const wanted = options.platform ?? store.platform;
    if (!samePlatform(found.platform, wanted))
      throw new SeaworthyError(
        "PLATFORM_MISSING",
        `${reference} is built for ${formatPlatform(found.platform)}; ${formatPlatform(wanted)} is needed`,
      );
    const digest = parseReference(reference).digest ?? digestOf(found.id);
    store.images.set(key, { ...found, digests: [...new Set([...found.digests, `${without(key)}@${digest}`])] });
    options.onProgress?.(`Status: Downloaded newer image for ${reference}`);
    store.emit("image", "pull", key, {});
  },
  save: async function* (reference) {
    const image = findImage(store, reference);
    if (image === undefined)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `cannot save ${reference}: No such image`, { details: { status: 404 } });
    yield Buffer.from(JSON.stringify({ key: imageKey(reference), image }));
  },
  load: async (archive) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive) chunks.push(chunk);
    try {
      const { key, image } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { key: string; image: FakeImage };
      store.images.set(imageKey(key), image);
    } catch (cause) {
      throw new SeaworthyError("ENGINE_REFUSED", "cannot load an image archive: it is not one this fake has saved", { cause });
    }
  },
  tag: async (source, target) => {
    const image = findImage(store, source);
    if (image === undefined)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `cannot tag ${source} as ${target}: No such image: ${source}`, {
        details: { status: 404 },
      });
    store.images.set(imageKey(target), image);
    store.taggedAt.set(imageKey(target), store.clock.now());
  },
  remove: async (reference) => {
    const image = findImage(store, reference);
    if (image === undefined) return;
    const names = [...store.images].filter(([, one]) => one.id === image.id).map(([name]) => name);
    const byId = /^(sha256:)?[0-9a-f]{12,64}$/.test(reference);
    const going = byId ? names : names.filter((name) => name === imageKey(reference));
    const last = going.length === names.length;
    if (last && [...store.containers.values()].some((one) => findImage(store, one.config.Image)?.id === image.id))
      throw refusal(
        `remove the image ${reference}`,
        "conflict: unable to remove repository reference (must force) - a container is using its referenced image",
        409,
      );
    for (const name of going) store.images.delete(name);
  },
});
