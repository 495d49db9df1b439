import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SeaworthyError } from "../core/index.ts";
import type { Engine } from "./ports.ts";
import type { ContainerConfig, HostConfig } from "./types.ts";

/** An engine under contract, and what differs between a real one and one in memory. */
export interface ContractSubject {
  readonly engine: Engine;
  /** A reference the engine has. */
  readonly image: string;
  /** Names and labels of everything the suite makes begin with it. */
  readonly prefix: string;
  /** The first three numbers of a /24 nobody uses. */
  readonly subnet: string;
  /** A port nobody uses. */
  readonly port: number;
}

/** Programs of the suite's containers: real shell lines, which a fake recognises. */
export const PROGRAMS = {
  serve: ["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done"],
  speak: ["sh", "-c", "echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three; exit 3"],
  tell: ["sh", "-c", "echo up; trap 'exit 0' TERM; while :; do sleep 0.05; done"],
} as const;

const code = async (work: Promise<unknown>): Promise<{ code: string; status: unknown; addressTaken: unknown }> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SeaworthyError)) throw new Error(`a SeaworthyError was expected, not ${String(error)}`);
  return { code: error.code, status: error.details["status"], addressTaken: error.details["addressTaken"] };
};

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** What any engine must do for the rest of Seaworthy to be right. */
export const engineContract = (title: string, make: () => Promise<ContractSubject>): void => {
  describe(title, () => {
    let subject: ContractSubject;
    let engine: Engine;
    let counter = 0;

    const name = (): string => `${subject.prefix}-${(counter += 1)}`;
    const mark = (): Record<string, string> => ({ "seaworthy.contract": subject.prefix });
    const config = (program: keyof typeof PROGRAMS, more: Partial<ContainerConfig> = {}, host: HostConfig = {}): ContainerConfig => ({
      Image: subject.image,
      Cmd: PROGRAMS[program],
      ...more,
      Labels: { ...mark(), ...more.Labels },
      HostConfig: { NetworkMode: "none", ...host },
    });
    const running = async (
      program: keyof typeof PROGRAMS = "serve",
      more?: Partial<ContainerConfig>,
      host?: HostConfig,
    ): Promise<string> => {
      const container = name();
      await engine.containers.create(container, config(program, more, host));
      await engine.containers.start(container);
      return container;
    };
    const ended = async (container: string): Promise<void> => {
      for (let left = 200; left > 0; left -= 1) {
        if ((await engine.containers.inspect(container))?.state === "exited") return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`${container} did not end`);
    };

    beforeAll(async () => {
      subject = await make();
      engine = subject.engine;
    });

    afterAll(async () => {
      for (const one of await engine.containers.list(mark())) await engine.containers.remove(one.id);
      for (const one of await engine.networks.list(mark())) await engine.networks.remove(one.id);
      for (const one of await engine.volumes.list(mark())) await engine.volumes.remove(one.name);
    });

    describe("containers", () => {
      test("a created container is as it was asked for", async () => {
        const container = name();
        const asked = config(
          "serve",
          { Env: ["MODE=contract"], Labels: { role: "asked" }, StopSignal: "SIGTERM", StopTimeout: 3 },
          {
            ReadonlyRootfs: true,
            CapDrop: ["ALL"],
            Memory: 33_554_432,
            PidsLimit: 32,
            RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 },
          },
        );
        const id = await engine.containers.create(container, asked);
        const state = await engine.containers.inspect(container);
        expect(state).toMatchObject({ id, name: container, image: subject.image, state: "created", oomKilled: false, restartCount: 0 });
        expect(state?.labels).toMatchObject({ ...mark(), role: "asked" });
        expect(state?.config).toMatchObject({ Image: subject.image, Cmd: PROGRAMS.serve, StopSignal: "SIGTERM", StopTimeout: 3 });
        expect(state?.config.Env).toContain("MODE=contract");
        expect(state?.config.HostConfig).toMatchObject(asked.HostConfig);
        expect(state?.health).toBeUndefined();
        expect(state?.startedAt).toBeUndefined();
      });

      test("whether it is started again can be changed while it runs, and it runs on", async () => {
        const container = await running("serve", {}, { RestartPolicy: { Name: "always" } });
        const before = await engine.containers.inspect(container);
        await engine.containers.setRestart(container, { Name: "no" });
        const after = await engine.containers.inspect(container);
        expect(after?.config.HostConfig.RestartPolicy?.Name).toBe("no");
        expect(after?.startedAt).toBe(before?.startedAt);
        expect((await code(engine.containers.setRestart(name(), { Name: "no" }))).status).toBe(404);
      });

      test("the image it was made from, its volumes, and what no setting of ours has a word for", async () => {
        const volume = name();
        await engine.volumes.create(volume, { labels: mark() });
        const container = await running("serve", {}, { Mounts: [{ Type: "volume", Source: volume, Target: "/data", ReadOnly: true }] });
        const state = await engine.containers.inspect(container);
        expect(state?.imageId).toBe((await engine.images.inspect(subject.image))?.id);
        expect(state?.mounts).toMatchObject([{ type: "volume", name: volume, target: "/data", readOnly: true }]);
        expect(state?.beyond).toEqual([]);
      });

      test("a taken name is refused with 409, and a missing image by its own code", async () => {
        const container = name();
        await engine.containers.create(container, config("serve"));
        expect(await code(engine.containers.create(container, config("serve")))).toMatchObject({ code: "ENGINE_REFUSED", status: 409 });
        expect((await code(engine.containers.create(name(), { ...config("serve"), Image: "seaworthy-test/absent:1" }))).code).toBe(
          "IMAGE_NOT_FOUND",
        );
      });

      test("starting twice, stopping twice and removing twice succeed; the exit code is the program's own", async () => {
        const container = await running();
        await engine.containers.start(container);
        const state = await engine.containers.inspect(container);
        expect(state?.state).toBe("running");
        expect(state?.pid).toBeGreaterThan(0);
        expect(state?.startedAt).toBeGreaterThan(0);
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(await engine.containers.stop(container, 5)).toBe(7);
        expect(await engine.containers.stop(container, 5)).toBe(7);
        await engine.containers.remove(container);
        await engine.containers.remove(container);
        expect(await engine.containers.inspect(container)).toBeUndefined();
        expect(await engine.containers.stop(container, 1)).toBeUndefined();
      });

      test("the first letters of an id are nobody's name", async () => {
        const id = await engine.containers.create(name(), config("serve"));
        const short = id.slice(0, 6);
        expect(await engine.containers.inspect(short)).toBeUndefined();
        await engine.containers.remove(short);
        expect(await code(engine.containers.start(short))).toMatchObject({ code: "ENGINE_REFUSED", status: 404 });
        expect((await engine.containers.inspect(id))?.id).toBe(id);
        expect((await engine.containers.inspect(id.slice(0, 12)))?.id).toBe(id);
      });

      test("a missing container cannot be started, killed or read", async () => {
        const absent = name();
        expect((await code(engine.containers.start(absent))).status).toBe(404);
        expect((await code(engine.containers.kill(absent, "SIGTERM"))).status).toBe(404);
        expect((await code(collect(engine.containers.logs(absent, {})))).status).toBe(404);
      });

      test("a killed container has exited with 137; a running one can be removed", async () => {
        const container = await running();
        await engine.containers.kill(container, "SIGKILL");
        await ended(container);
        expect((await engine.containers.inspect(container))?.exitCode).toBe(137);
        const other = await running();
        await engine.containers.remove(other);
        expect(await engine.containers.inspect(other)).toBeUndefined();
      });

      test("a renamed container runs on under its new name; a taken name is refused with 409", async () => {
        const [container, other, later] = [await running(), await running(), name()];
        const before = await engine.containers.inspect(container);
        expect(await code(engine.containers.rename(container, other))).toMatchObject({ status: 409 });
        await engine.containers.rename(container, later);
        expect(await engine.containers.inspect(later)).toMatchObject({ id: before?.id, state: "running" });
        expect(await engine.containers.inspect(container)).toBeUndefined();
        await engine.containers.remove(later);
      });

      test("a list asks for all its labels, and sees stopped containers", async () => {
        const tag = name();
        const stopped = await running("serve", { Labels: { tag, kind: "stopped" } });
        await engine.containers.kill(stopped, "SIGKILL");
        const started = await running("serve", { Labels: { tag, kind: "started" } });
        const names = async (labels: Record<string, string>): Promise<string[]> =>
          (await engine.containers.list(labels)).map((one) => one.name).toSorted();
        expect(await names({ tag })).toEqual([stopped, started].toSorted());
        expect(await names({ tag, kind: "started" })).toEqual([started]);
        expect(await names({ tag, kind: "" })).toEqual([stopped, started].toSorted());
        expect(await names({ tag: "no such" })).toEqual([]);
        expect((await engine.containers.list({ tag, kind: "started" }))[0]).toMatchObject({
          name: started,
          image: subject.image,
          state: "running",
        });
      });

      test("logs give the lines of both streams, the last without an end too, and a tail", async () => {
        const container = await running("speak");
        await ended(container);
        expect(await collect(engine.containers.logs(container, {}))).toEqual(["one", "two", "three"]);
        expect(await collect(engine.containers.logs(container, { tail: 1 }))).toEqual(["three"]);
        expect((await engine.containers.inspect(container))?.exitCode).toBe(3);
      });

      test("logs say when each line was said, and begin where they are asked to", async () => {
        const container = await running("speak");
        await ended(container);
        const stamped = await collect(engine.containers.logs(container, { timestamps: true }));
        expect(stamped.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /, ""))).toEqual(["one", "two", "three"]);
        const times = stamped.map((line) => line.split(" ", 1)[0] ?? "");
        expect(times).toEqual(times.toSorted());
        const later = Math.ceil(Date.now() / 1000) + 60;
        expect(await collect(engine.containers.logs(container, { sinceSeconds: later }))).toEqual([]);
        expect(await collect(engine.containers.logs(container, { sinceSeconds: later - 3600 }))).toHaveLength(3);
      });

      test("following ends with the container, or when the caller says so", async () => {
        const container = await running("tell");
        const abort = new AbortController();
        const seen: string[] = [];
        for await (const line of engine.containers.logs(container, { follow: true, signal: abort.signal })) {
          seen.push(line);
          abort.abort();
        }
        expect(seen).toEqual(["up"]);
        const whole = collect(engine.containers.logs(container, { follow: true }));
        await new Promise((resolve) => setTimeout(resolve, 100));
        await engine.containers.stop(container, 5);
        expect(await whole).toEqual(["up"]);
      });

      test("a published port is one container's", async () => {
        const host: HostConfig = {
          NetworkMode: "bridge",
          PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(subject.port) }] },
        };
        const first = await running("serve", { ExposedPorts: { "80/tcp": {} } }, host);
        const second = name();
        await engine.containers.create(second, config("serve", { ExposedPorts: { "80/tcp": {} } }, host));
        expect((await code(engine.containers.start(second))).code).toBe("PORT_TAKEN");
        await engine.containers.remove(first);
        await engine.containers.start(second);
      });
    });

    describe("networks", () => {
      const network = async (third = 0, more: { ipRange?: string } = {}): Promise<string> => {
        const own = name();
        const base = subject.subnet.split(".").slice(0, 2).join(".");
        const subnet = `${base}.${Number(subject.subnet.split(".")[2]) + third}`;
        await engine.networks.create(own, {
          driver: "bridge",
          labels: mark(),
          pools: [{ subnet: `${subnet}.0/24`, gateway: `${subnet}.1`, ...more }],
        });
        return own;
      };
      const address = (last: number, third = 0): string => {
        const [a, b, c] = subject.subnet.split(".");
        return `${a}.${b}.${Number(c) + third}.${last}`;
      };

      test("a network is as it was asked for; its name and its addresses are its own", async () => {
        const own = await network(1);
        const state = await engine.networks.inspect(own);
        expect(state).toMatchObject({ name: own, driver: "bridge", internal: false, subnets: [`${address(0, 1)}/24`], addresses: {} });
        expect(state?.labels).toMatchObject(mark());
        expect(await code(engine.networks.create(own, { driver: "bridge", labels: mark() }))).toMatchObject({
          code: "ENGINE_REFUSED",
          status: 409,
        });
        const overlapping = engine.networks.create(name(), {
          driver: "bridge",
          labels: mark(),
          pools: [{ subnet: `${address(0, 1)}/25` }],
        });
        expect((await code(overlapping)).code).toBe("ENGINE_REFUSED");
        expect((await engine.networks.list(mark())).map((one) => one.name)).toContain(own);
        await engine.networks.remove(own);
        await engine.networks.remove(own);
        expect(await engine.networks.inspect(own)).toBeUndefined();
      });

      test("two networks at create, each with its fixed address, kept over a restart", async () => {
        const [front, back] = [await network(2), await network(3)];
        const container = name();
        await engine.containers.create(container, {
          ...config("serve", {}, { NetworkMode: front }),
          NetworkingConfig: {
            EndpointsConfig: {
              [front]: { Aliases: ["web"], IPAMConfig: { IPv4Address: address(10, 2) } },
              [back]: { IPAMConfig: { IPv4Address: address(20, 3) } },
            },
          },
        });
        const wanted = { [front]: address(10, 2), [back]: address(20, 3) };
        expect((await engine.containers.inspect(container))?.addresses).toEqual(wanted);
        for (let round = 0; round < 2; round += 1) {
          await engine.containers.start(container);
          const state = await engine.containers.inspect(container);
          expect(state?.addresses).toEqual(wanted);
          expect((await engine.networks.inspect(front))?.addresses).toEqual({ [state?.id ?? ""]: address(10, 2) });
          await engine.containers.stop(container, 1);
        }
        expect((await engine.networks.inspect(front))?.addresses).toEqual({});
      });

      test("an address is one running container's, and the error says that it is the address", async () => {
        const own = await network(4);
        const at = async (last: number): Promise<string> => {
          const container = name();
          await engine.containers.create(container, {
            ...config("serve", {}, { NetworkMode: own }),
            NetworkingConfig: { EndpointsConfig: { [own]: { IPAMConfig: { IPv4Address: address(last, 4) } } } },
          });
          return container;
        };
        const [first, second] = [await at(9), await at(9)];
        await engine.containers.start(first);
        expect(await code(engine.containers.start(second))).toMatchObject({ code: "ENGINE_REFUSED", addressTaken: true });
        await engine.containers.stop(first, 1);
        await engine.containers.start(second);
        expect(await code(engine.networks.remove(own))).toMatchObject({ code: "ENGINE_REFUSED" });
      });

      test("an address of one's own choice needs a subnet of one's own choice", async () => {
        const [own, container] = [name(), name()];
        await engine.networks.create(own, { driver: "bridge", labels: mark() });
        const [subnet = ""] = (await engine.networks.inspect(own))?.subnets ?? [];
        const wished = subnet.replace(/\d+\/\d+$/, "77");
        const starting = async (): Promise<void> => {
          await engine.containers.create(container, {
            ...config("serve", {}, { NetworkMode: own }),
            NetworkingConfig: { EndpointsConfig: { [own]: { IPAMConfig: { IPv4Address: wished } } } },
          });
          await engine.containers.start(container);
        };
        await expect(starting()).rejects.toThrow(/user configured subnets/);
        await engine.containers.remove(container);
        await engine.networks.remove(own);
      });

      test("connecting what is connected and disconnecting what is not succeed", async () => {
        const [one, other] = [await network(5), await network(6)];
        const container = await running("serve", {}, { NetworkMode: one });
        await engine.networks.connect(other, container, { address: address(30, 6), aliases: ["second"] });
        await engine.networks.connect(other, container, { address: address(30, 6), aliases: ["second"] });
        expect((await engine.containers.inspect(container))?.addresses[other]).toBe(address(30, 6));
        await engine.networks.disconnect(other, container);
        await engine.networks.disconnect(other, container);
        await engine.networks.disconnect(other, name());
        expect(Object.keys((await engine.containers.inspect(container))?.addresses ?? {})).toEqual([one]);
      });
    });

    describe("volumes", () => {
      test("creating twice and removing twice succeed; one in use stays", async () => {
        const volume = name();
        await engine.volumes.create(volume, { labels: mark() });
        await engine.volumes.create(volume, { labels: mark() });
        expect(await engine.volumes.inspect(volume)).toMatchObject({ name: volume, driver: "local", labels: mark() });
        expect((await engine.volumes.list(mark())).map((one) => one.name)).toContain(volume);
        const container = name();
        await engine.containers.create(container, config("serve", {}, { Mounts: [{ Type: "volume", Source: volume, Target: "/data" }] }));
        expect(await code(engine.volumes.remove(volume))).toMatchObject({ code: "ENGINE_REFUSED", status: 409 });
        await engine.containers.remove(container);
        await engine.volumes.remove(volume);
        await engine.volumes.remove(volume);
        expect(await engine.volumes.inspect(volume)).toBeUndefined();
      });
    });

    describe("images", () => {
      test("an image is known by each of its names and by its id; a missing one is undefined", async () => {
        const image = await engine.images.inspect(subject.image);
        expect(image?.id).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(image?.sizeBytes).toBeGreaterThan(0);
        expect(image?.platform).toEqual((await engine.system.info()).platform);
        const target = `${subject.prefix}/other:v1`;
        await engine.images.tag(subject.image, target);
        expect((await engine.images.inspect(target))?.id).toBe(image?.id);
        expect((await engine.images.inspect(image?.id ?? ""))?.id).toBe(image?.id);
        await engine.images.remove(target);
        await engine.images.remove(target);
        expect(await engine.images.inspect(target)).toBeUndefined();
        expect((await engine.images.inspect(subject.image))?.id).toBe(image?.id);
        expect((await code(engine.images.tag(target, `${subject.prefix}/third:v1`))).code).toBe("IMAGE_NOT_FOUND");
      });

      test("a list has each image once, with every name it goes by", async () => {
        const image = await engine.images.inspect(subject.image);
        const target = `${subject.prefix}/listed:v1`;
        const before = Date.now();
        await engine.images.tag(subject.image, target);
        const same = (await engine.images.list()).filter(({ id }) => id === image?.id);
        expect(same).toHaveLength(1);
        expect(same[0]?.tags).toEqual(expect.arrayContaining([target, subject.image]));
        expect(same[0]?.sizeBytes).toBe(image?.sizeBytes);
        expect((await engine.images.inspect(target))?.taggedAt).toBeGreaterThan(before - 60_000);
        await engine.images.remove(target);
        expect((await engine.images.list()).find(({ id }) => id === image?.id)?.tags).not.toContain(target);
      });

      test("what the store takes is told, each layer once", async () => {
        const image = await engine.images.inspect(subject.image);
        const { layersBytes, ownBytes, buildCache } = await engine.storage.use();
        expect(layersBytes).toBeGreaterThan(0);
        expect(ownBytes.get(image?.id ?? "")).toBeLessThanOrEqual(image?.sizeBytes ?? 0);
        for (const { sizeBytes, usedAt } of buildCache) expect(Math.min(sizeBytes, usedAt)).toBeGreaterThanOrEqual(0);
      });

      test("what was saved can be loaded", async () => {
        const target = `${subject.prefix}/saved:v1`;
        await engine.images.tag(subject.image, target);
        const before = await engine.images.inspect(target);
        const archive = await collect(engine.images.save(target));
        await engine.images.remove(target);
        await engine.images.load(
          (async function* () {
            yield* archive;
          })(),
        );
        const after = await engine.images.inspect(target);
        expect(after?.id).toBe(before?.id);
        expect(after?.layers).toEqual(before?.layers);
        await engine.images.remove(target);
      });

      test("an archive that is none is refused", async () => {
        const junk = (async function* () {
          yield Buffer.from("this is no archive");
        })();
        expect((await code(engine.images.load(junk))).code).toBe("ENGINE_REFUSED");
      });
    });

    describe("system", () => {
      test("the engine says what it is", async () => {
        const info = await engine.system.info();
        expect(info.apiVersion).toMatch(/^1\.\d+$/);
        expect(info.platform.os).toBe("linux");
        expect(info.cpus).toBeGreaterThan(0);
        expect(info.memoryBytes).toBeGreaterThan(0);
      });

      test("events begin with the call, carry labels, and end with the signal", async () => {
        const abort = new AbortController();
        const tag = name();
        const events = engine.system.events({ labels: { tag }, signal: abort.signal });
        const container = await running("serve", { Labels: { tag } });
        await engine.containers.kill(container, "SIGKILL");
        const seen: string[] = [];
        for await (const event of events) {
          expect(event).toMatchObject({ type: "container", attributes: { tag } });
          expect(Math.abs(event.at - Date.now())).toBeLessThan(60_000);
          seen.push(event.action);
          if (event.action === "die") abort.abort();
        }
        expect(seen).toEqual(expect.arrayContaining(["create", "start", "die"]));
      });
    });
  });
};
