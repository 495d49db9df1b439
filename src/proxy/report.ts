import { join } from "node:path";
import { readTextFile, wordsOf } from "../core/index.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import { CONFIG_FILE } from "./haproxy/render.ts";

/** What HAProxy was told and what it says, word for word, for a person who looks for a fault. */
export interface ProxyReport {
  /** `haproxy.cfg` as it was written last. */
  readonly config: string;
  /** Answers of the running process (management.txt 9.3), or why there are none. */
  readonly info: string;
  readonly stat: string;
  readonly errors: string;
  readonly workers: string;
}

const orWhyNot = async (read: () => string | Promise<string>): Promise<string> => {
  try {
    return await read();
  } catch (error) {
    return wordsOf(error);
  }
};

export const readReport = async (configFolder: string, admin: Runtime, master: Runtime): Promise<ProxyReport> => ({
  config: await orWhyNot(() => readTextFile(join(configFolder, CONFIG_FILE))),
  info: await orWhyNot(() => admin("show info")),
  stat: await orWhyNot(() => admin("show stat")),
  errors: await orWhyNot(() => admin("show errors")),
  workers: await orWhyNot(() => master("show proc")),
});
