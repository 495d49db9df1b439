import { onTestFinished } from "vitest";
import { fakeClock } from "../../core/index.ts";
import { createRegistryClient, noHostRules, type RegistryClient, type RegistryClientOptions } from "../index.ts";

/** A client that knows nothing of this machine and does not really wait; closed with its test. */
export const clientOf = (options: RegistryClientOptions = {}): RegistryClient => {
  const client = createRegistryClient({ credentials: async () => undefined, clock: fakeClock(), hosts: noHostRules, env: {}, ...options });
  onTestFinished(() => client.close());
  return client;
};
