import type { BaseImages } from "../check/index.ts";
import { isSeaworthyError, parseReference } from "../core/index.ts";
import type { Context } from "./context.ts";

const LAYOUT = "oci-layout://";

/** What cannot be read or reached is not known, as is what is not there. */
const orUnknown = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (isSeaworthyError(error) || (error instanceof Error && error.name === "AbortError")) return undefined;
    throw error;
  }
};

/**
 * Who knows how base images are configured: a layout that is named, this machine's engine, and, when `registries`, the registry itself. Each is loaded when the
 * first question comes, and asked once for an image however often it is judged.
 */
export const baseImages = ({ process: { env } }: Pick<Context, "process">, registries: boolean): BaseImages => {
  const answered = new Map<string, ReturnType<BaseImages>>();
  let engine: Promise<BaseImages> | undefined;
  const ask: BaseImages = async (reference, platform, signal) => {
    if (reference.startsWith(LAYOUT))
      return orUnknown(async () => (await import("../image/index.ts")).layoutRunConfig(reference.slice(LAYOUT.length), platform));
    engine ??= import("../engine/peek/index.ts").then(({ peekImages }) => peekImages(env));
    const local = await (await engine)(reference, platform, signal);
    if (local !== undefined || !registries || signal.aborted) return local;
    return orUnknown(async () => {
      const { createRegistryClient, registryRunConfig } = await import("../image/index.ts");
      const client = createRegistryClient({ attempts: 1, signal });
      try {
        return await registryRunConfig(client, parseReference(reference), platform);
      } finally {
        client.close();
      }
    });
  };
  return (reference, platform, signal) => {
    const key = `${reference} ${platform ?? ""}`;
    const before = answered.get(key) ?? ask(reference, platform, signal);
    answered.set(key, before);
    return before;
  };
};
