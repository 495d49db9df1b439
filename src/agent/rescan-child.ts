import { statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ERRORS, type ErrorCode, exec, lastWords, SeaworthyError } from "../core/index.ts";
import type { Rescan } from "../ship/index.ts";

/** A round reads images that nobody read before, at worst all of a host's. */
const LONGEST_MS = 3_600_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** As far as it is asked: it comes from this very program. */
const REPORT = v.looseObject({
  schema: v.literal("seaworthy/rescan-round@1"),
  nextAt: v.number(),
  unread: v.array(v.looseObject({})),
  scanned: v.array(v.looseObject({ fresh: v.array(v.looseObject({})) })),
  standing: v.array(v.looseObject({ fresh: v.array(v.looseObject({})) })),
});
const FAILURE = v.looseObject({ schema: v.literal("seaworthy/error@1"), code: v.string(), message: v.string() });

const isReport = (value: unknown): value is Rescan => v.is(REPORT, value);

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * A round in a process of its own, `command agent --rescan --json`: whatever an image holds, it neither holds up who follows the engine nor grows it.
 * @throws LOCKED while another process scans; DEADLINE
 */
export const rescanByChild =
  (command: readonly string[]) =>
  async (signal: AbortSignal): Promise<Rescan> => {
    const [program = "", ...args] = command;
    const result = await exec(program, args, { signal, timeoutMs: LONGEST_MS, maxBytes: MAX_BYTES });
    const document = parsed(result.stdout);
    if (isReport(document)) return document;
    if (v.is(FAILURE, document) && isErrorCode(document.code)) throw new SeaworthyError(document.code, document.message);
    throw new Error(`it ended with status ${result.exitCode}: ${lastWords(result)}`);
  };

/** Changes when the advisories of a folder do. */
export const advisoryEdition = (folder: string): string => {
  const found = statSync(join(folder, "advisories.json"), { throwIfNoEntry: false });
  return found === undefined ? "none" : `${found.ino} ${found.size} ${found.mtimeMs}`;
};
