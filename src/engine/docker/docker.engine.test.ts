import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { tinyImage } from "../../../test/support/tiny-image.ts";
import { type ContractSubject, engineContract } from "../engine.contract.ts";
import { createDockerEngine } from "./index.ts";

const prefix = `swt-eng-${randomBytes(3).toString("hex")}`;

engineContract("the Docker Engine", async (): Promise<ContractSubject> => {
  const image = await tinyImage();
  return { engine: createDockerEngine(), image, prefix, subnet: "10.213.40", port: 21_700 + (process.pid % 200) };
});

describe("the Docker Engine's own", () => {
  const engine = createDockerEngine();
  const made: string[] = [];
  afterEach(async () => {
    for (const name of made.splice(0)) await engine.containers.remove(name);
  });

  test("a pull that the registry fails halfway is a failure, whatever the HTTP status said", async () => {
    const registry = createServer((request, response) => {
      response.writeHead(request.url === "/v2/" ? 200 : 404, { "content-type": "application/json" });
      response.end(request.url === "/v2/" ? "{}" : '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    const { port } = registry.address() as AddressInfo;
    try {
      await expect(engine.images.pull(`127.0.0.1:${port}/none:1`)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    } finally {
      registry.close();
      registry.closeAllConnections();
    }
    await expect(engine.images.pull("127.0.0.1:1/none:1")).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  });

  test("health status and the probe's last words are read", async () => {
    const name = `${prefix}-health`;
    made.push(name);
    await engine.containers.create(name, {
      Image: await tinyImage(),
      Labels: {},
      Healthcheck: { Test: ["CMD-SHELL", "echo 'I am \u001b[31mill'; exit 1"], Interval: 100_000_000, Timeout: 1_000_000_000, Retries: 1 },
      HostConfig: { NetworkMode: "none", Init: true },
    });
    await engine.containers.start(name);
    await expect
      .poll(async () => (await engine.containers.inspect(name))?.health, { timeout: 20_000 })
      .toMatchObject({ status: "unhealthy", lastOutput: "I am \u{FFFD}[31mill" });
  });

  test("a program that was killed for memory is told apart", async () => {
    const name = `${prefix}-oom`;
    made.push(name);
    await engine.containers.create(name, {
      Image: await tinyImage(),
      Cmd: ["sh", "-c", "exec dd if=/dev/zero of=/dev/null bs=64M count=100"],
      Labels: {},
      HostConfig: { NetworkMode: "none", Memory: 16 * 1024 * 1024, MemorySwap: 16 * 1024 * 1024 },
    });
    await engine.containers.start(name);
    await expect
      .poll(() => engine.containers.inspect(name), { timeout: 20_000 })
      .toMatchObject({ state: "exited", oomKilled: true, exitCode: 137 });
  });

  test("a terminal's output is read as it is", async () => {
    const name = `${prefix}-tty`;
    made.push(name);
    await engine.containers.create(name, {
      Image: await tinyImage(),
      Cmd: ["sh", "-c", "echo plain; echo 123"],
      Tty: true,
      Labels: {},
      HostConfig: { NetworkMode: "none" },
    });
    await engine.containers.start(name);
    const lines: string[] = [];
    for await (const line of engine.containers.logs(name, { follow: true })) lines.push(line);
    expect(lines).toEqual(["plain", "123"]);
  });

  test("a hundred followed streams that are cut off leave no descriptor open", async () => {
    const name = `${prefix}-follow`;
    made.push(name);
    await engine.containers.create(name, {
      Image: await tinyImage(),
      Cmd: ["sh", "-c", "echo up; exec sleep 600"],
      Labels: {},
      HostConfig: { NetworkMode: "none" },
    });
    await engine.containers.start(name);
    const { readdirSync } = await import("node:fs");
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let round = 0; round < 100; round += 1) {
      const abort = new AbortController();
      for await (const _ of engine.containers.logs(name, { follow: true, signal: abort.signal })) abort.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(open() - before).toBeLessThan(10);
  });
});
