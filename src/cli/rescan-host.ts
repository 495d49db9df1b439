import { join } from "node:path";
import { setPriority } from "node:os";
import { lock, SeaworthyError, systemClock } from "../core/index.ts";
import { createRegistryClient } from "../image/index.ts";
import { noteCodec } from "../inventory/index.ts";
import { rescan } from "../ship/index.ts";
import { advisoryFolder } from "./advisory-folder.ts";
import type { Context } from "./context.ts";
import { openServer } from "./host.ts";
import { layerNotes, readerCode } from "./layer-notes.ts";
import type { Outcome, OutputFlags } from "./outcome.ts";
import { progressFor } from "./progress.ts";
import { needsLook, rescanWords } from "./render/rescan.ts";
import { VERSION } from "./version.ts";

/** Whatever else the host does comes first. */
const NICE = 10;
const LOOK_MS = 1000;

/** Aborted when whoever started this process has ended, however that was: a round is somebody's, and the next one begins where this one stopped. */
const whileParentLives = (signal: AbortSignal): { readonly signal: AbortSignal } & Disposable => {
  const parent = process.ppid;
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (process.ppid !== parent) gone.abort(new SeaworthyError("INTERRUPTED", "whoever started this round has ended"));
  }, LOOK_MS);
  timer.unref();
  return { signal: AbortSignal.any([signal, gone.signal]), [Symbol.dispose]: () => clearInterval(timer) };
};

/** One round over what runs on this host, of all projects. @throws LOCKED while another process does it */
export const rescanHost = async (context: Context, flags: OutputFlags & { readonly db?: string }): Promise<Outcome> => {
  setPriority(NICE);
  using host = openServer(context);
  using bound = whileParentLives(context.signal);
  using _held = await lock(join(host.state.folder, "leases", "rescan.sqlite"), { who: "agent", what: "scan again what runs" });
  const { signal } = bound;
  const { platform } = await host.engine.system.info();
  const progress = progressFor(context, flags);
  const client = createRegistryClient({ signal });
  try {
    const report = await rescan({
      ...host,
      platform,
      tool: VERSION,
      readerCode,
      layerNotes: () => layerNotes(context, { reader: "inventory", codec: noteCodec, progress }),
      advisoryFolder: advisoryFolder(context, flags.db),
      // No project is at hand: an embedded registry answers where another process serves it.
      harbour: { client, address: "", serve: async () => undefined, [Symbol.asyncDispose]: async () => undefined },
      progress,
      clock: systemClock,
      signal,
    });
    return { exit: needsLook(report) ? 1 : 0, human: rescanWords(report), json: report };
  } finally {
    client.close();
  }
};
