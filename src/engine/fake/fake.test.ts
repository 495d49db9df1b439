import { expect, test } from "vitest";
import { SeaworthyError } from "../../core/index.ts";
import { type ContractSubject, engineContract, PROGRAMS } from "../engine.contract.ts";
import { createFakeEngine, fakeImage } from "./index.ts";

const IMAGE = "seaworthy-test/tiny:1";

engineContract("the engine in memory", async (): Promise<ContractSubject> => {
  const engine = createFakeEngine({
    images: { [IMAGE]: fakeImage() },
    behave: (_, { Cmd }) => {
      if (Cmd === PROGRAMS.speak) return { lines: ["one", "two", "three"], exitCode: 3 };
      return Cmd === PROGRAMS.tell ? { lines: ["up"] } : { stopExitCode: 7 };
    },
  });
  return { engine, image: IMAGE, prefix: "contract", subnet: "10.77.0", port: 8080 };
});

const config = { Image: IMAGE, Labels: {}, HostConfig: {} };

test("a failure that was asked for comes once, on the named container only, and is recorded", async () => {
  const engine = createFakeEngine({ images: { [IMAGE]: fakeImage() } });
  await engine.containers.create("a", config);
  await engine.containers.create("b", config);
  engine.fail("containers.start", new SeaworthyError("ENGINE_UNREACHABLE", "gone"), { on: "b", times: 1 });
  await engine.containers.start("a");
  await expect(engine.containers.start("b")).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect((await engine.containers.inspect("b"))?.state).toBe("created");
  await engine.containers.start("b");
  expect(engine.calls.filter((call) => call.method === "containers.start").map((call) => call.args[0])).toEqual(["a", "b", "b"]);
});

test("an answer can be lost after the work was done", async () => {
  const engine = createFakeEngine({ images: { [IMAGE]: fakeImage() } });
  await engine.containers.create("a", config);
  engine.fail("containers.start", new SeaworthyError("ENGINE_UNREACHABLE", "gone"), { afterwards: true, times: 1 });
  await expect(engine.containers.start("a")).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect((await engine.containers.inspect("a"))?.state).toBe("running");
});

test("a call can hang until the failure is taken back", async () => {
  const engine = createFakeEngine();
  const undo = engine.fail("system.info", "hang");
  const late = Symbol("late");
  expect(await Promise.race([engine.system.info(), new Promise((resolve) => setTimeout(resolve, 20, late))])).toBe(late);
  undo();
  expect((await engine.system.info()).name).toBe("fake");
});

test("a pull takes from the remote what fits the platform, and keeps its digest", async () => {
  const arm = fakeImage({ platform: { os: "linux", architecture: "arm64" } });
  const engine = createFakeEngine({ remote: { "shop/web:1.2.3": fakeImage(), "shop/arm:1": arm } });
  await engine.images.pull("shop/web:1.2.3");
  expect((await engine.images.inspect("shop/web:1.2.3"))?.digests[0]).toMatch(/^docker\.io\/shop\/web@sha256:/);
  await expect(engine.images.pull("shop/arm:1")).rejects.toMatchObject({ code: "PLATFORM_MISSING" });
  await engine.images.pull("shop/arm:1", { platform: { os: "linux", architecture: "arm64" } });
  await expect(engine.images.pull("shop/none:1")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
});

test("a restart of the engine brings back what has a restart policy", async () => {
  const engine = createFakeEngine({ images: { [IMAGE]: fakeImage() } });
  await engine.containers.create("stays", { ...config, HostConfig: { RestartPolicy: { Name: "unless-stopped" } } });
  await engine.containers.create("goes", config);
  await engine.containers.start("stays");
  await engine.containers.start("goes");
  await engine.restart();
  expect((await engine.containers.inspect("stays"))?.state).toBe("running");
  expect((await engine.containers.inspect("goes"))?.state).toBe("exited");
});

test("a container that ends by itself is seen, with the reason", async () => {
  const engine = createFakeEngine({ images: { [IMAGE]: fakeImage() } });
  await engine.containers.create("a", config);
  await engine.containers.start("a");
  engine.exit("a", 137, { oomKilled: true });
  expect(await engine.containers.inspect("a")).toMatchObject({ state: "exited", exitCode: 137, oomKilled: true });
});
