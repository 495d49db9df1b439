import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { digestOf, parseReference, type Reference } from "../../src/core/index.ts";
import { collect, createRegistryClient, noHostRules, type RegistryClient } from "../../src/image/index.ts";
import { startTestRegistry } from "../../src/registry/registry.fixture.ts";
import { flakyProxy } from "./flaky-proxy.ts";

const MIB = 1024 * 1024;

const clientOf = (): RegistryClient => {
  const client = createRegistryClient({ credentials: async () => undefined, hosts: noHostRules });
  onTestFinished(() => client.close());
  return client;
};
const at = (host: string): Reference => parseReference(`${host}/team/app`);

test("a pull through a line that breaks every 4 MiB fetches each byte once", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(18 * MIB);
  const { digest } = await registry.client.pushBlob(registry.at("team/app"), bytes);
  await using line = await flakyProxy(registry.running.address, { down: 4 * MIB });
  expect(digestOf(await collect(clientOf().blob(at(line.host), digest, bytes.length), bytes.length, "blob"))).toBe(digest);
  expect(line.cuts.count).toBe(4);
  // The rest is headers.
  expect(line.passed.down).toBeLessThan(bytes.length + 64 * 1024);
});

test("a push through a line that breaks every 20 MiB is taken up where the registry has it", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(60 * MIB);
  await using line = await flakyProxy(registry.running.address, { up: 20 * MIB, times: 3 });
  const sent: number[] = [];
  const { digest } = await clientOf().pushBlob(at(line.host), bytes, undefined, { onSent: (count) => sent.push(count) });
  expect(line.cuts.count).toBeGreaterThanOrEqual(2);
  expect(digestOf(await collect(registry.client.blob(registry.at("team/app"), digest), bytes.length, "blob"))).toBe(digest);
  // Headers, and at the worst one chunk again.
  expect(line.passed.up).toBeLessThan(bytes.length + 17 * MIB);
  expect(sent.at(-1)).toBe(bytes.length);
});
