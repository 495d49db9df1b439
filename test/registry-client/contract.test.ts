import { afterAll, beforeAll } from "vitest";
import { startTestRegistry, type TestRegistry } from "../../src/registry/registry.fixture.ts";
import { clientContract } from "./client.contract.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());

clientContract("our own registry", () => ({ host: registry.running.address }));
