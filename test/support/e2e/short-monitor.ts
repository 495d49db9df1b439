import { appendFileSync } from "node:fs";
import { join } from "node:path";

/** For a monitor so short that the health check cannot fail in it, which is not what the test is about: what `seaworthy check` has to say of it is waived. */
export const waiveShortMonitor = (folder: string): void => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  appendFileSync(
    join(folder, "compose.override.yaml"),
    `x-seaworthy:\n  waive: [{item: zero-downtime, until: ${tomorrow}, by: test@localhost, why: a short monitor}]\n`,
  );
};
