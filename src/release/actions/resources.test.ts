import { describe, expect, test } from "vitest";
import { fakeClock, SeaworthyError, silentProgress } from "../../core/index.ts";
import { createFakeEngine, fakeImage } from "../../engine/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import { createContainer } from "./containers.ts";
import { pullImage } from "./resources.ts";
import type { World } from "./world.ts";

const REFERENCE = `127.0.0.1:5417/shop/web@sha256:${"a".repeat(64)}`;
const action = { do: "pull-image", reference: REFERENCE, platform: { os: "linux", architecture: "amd64" } } as const;

/** An engine whose first pulls fail with these words. */
const worldOf = (...failures: readonly SeaworthyError[]): { readonly world: World; readonly asked: string[] } => {
  const engine = createFakeEngine({ remote: { [REFERENCE]: fakeImage() } });
  const left = [...failures];
  const asked: string[] = [];
  const world: World = {
    project: "shop",
    engine: {
      ...engine,
      images: {
        ...engine.images,
        pull: async (reference, options) => {
          const failure = left.shift();
          if (failure !== undefined) throw failure;
          return engine.images.pull(reference, options);
        },
      },
    },
    proxy: createFakeProxy(),
    state: { folder: "/nowhere", runFolder: "/nowhere", uuid: "00000000-0000-0000-0000-000000000000" },
    clock: fakeClock(),
    progress: silentProgress,
    probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
    content: () => undefined,
    credentials: async (registry) => {
      asked.push(registry);
      return undefined;
    },
  };
  return { world, asked };
};

const refused = new SeaworthyError("ENGINE_REFUSED", `cannot pull: dial tcp 127.0.0.1:5417: connect: connection refused`);

describe("pull-image", () => {
  test("tries again when a connection was refused, asking for the registry each time", async () => {
    const { world, asked } = worldOf(refused, refused);
    expect(await pullImage(action, world)).toEqual({ pulled: true });
    expect(asked).toEqual(["127.0.0.1:5417", "127.0.0.1:5417", "127.0.0.1:5417"]);
    expect(await pullImage(action, world)).toEqual({ pulled: false });
  });

  test("gives up after a while, with the engine's words", async () => {
    const { world, asked } = worldOf(refused, refused, refused, refused);
    await expect(pullImage(action, world)).rejects.toBe(refused);
    expect(asked).toHaveLength(4);
  });

  test("does not repeat what will not pass", async () => {
    const missing = new SeaworthyError("IMAGE_NOT_FOUND", "manifest unknown");
    const { world, asked } = worldOf(missing);
    await expect(pullImage(action, world)).rejects.toBe(missing);
    expect(asked).toHaveLength(1);
  });
});

describe("create-container", () => {
  const made = {
    do: "create-container",
    name: "shop-web-r1-1",
    platform: action.platform,
    config: { Image: REFERENCE, Labels: {}, HostConfig: {} },
    connect: [],
  } as const;

  test("an image that was pruned since it was pulled is pulled once more, and nobody sees more of it than a line", async () => {
    const { world, asked } = worldOf();
    await pullImage(action, world);
    await world.engine.images.remove(REFERENCE);
    const notes: string[] = [];
    await createContainer(made, { ...world, progress: { ...silentProgress, note: (words) => notes.push(words) } });
    expect((await world.engine.containers.inspect("shop-web-r1-1"))?.state).toBe("created");
    expect(asked).toHaveLength(2);
    expect(notes).toEqual([`${REFERENCE} was taken out of the engine meanwhile; it is pulled again`]);
  });

  test("one that no registry has any more fails with the registry's words", async () => {
    const gone = new SeaworthyError("IMAGE_NOT_FOUND", "manifest unknown");
    const { world } = worldOf(gone);
    await expect(createContainer(made, world)).rejects.toBe(gone);
  });
});
