import { type Clock, wordsOf } from "../../core/index.ts";
import type { Proxy } from "../../proxy/index.ts";

interface Parts {
  readonly proxy: Pick<Proxy, "certificates">;
  readonly clock: Clock;
  readonly say: (project: string | undefined, words: string) => void;
}

/** Whoever renews a certificate writes its two files one after the other; what does not fit together now will at the next look. */
const LOOK_MS = 60_000;

/**
 * Reads the files of the proxy's certificates again and again, and has those served that changed. Until the signal.
 * One that cannot serve is said when it is found a second time, and once.
 */
export const renewCertificates = async ({ proxy, clock, say }: Parts, signal: AbortSignal): Promise<void> => {
  let refused = new Set<string>();
  const told = new Set<string>();
  while (!signal.aborted) {
    try {
      const found = new Set<string>();
      for (const { project, names, outcome, because } of await proxy.certificates.renew()) {
        if (outcome === "renewed") say(project, `the certificate of ${names.join(", ")} was renewed and is served`);
        if (outcome !== "refused") continue;
        const words = `${project}: ${because ?? ""}`;
        found.add(words);
        if (refused.has(words) && !told.has(words)) say(project, `the certificate of ${names.join(", ")} stays as it is: ${because ?? ""}`);
        if (refused.has(words)) told.add(words);
      }
      refused = found;
    } catch (error) {
      const words = `certificates could not be looked at: ${wordsOf(error)}`;
      if (!told.has(words)) say(undefined, words);
      told.add(words);
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
};
