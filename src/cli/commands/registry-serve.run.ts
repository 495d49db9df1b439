import { resolve } from "node:path";
import { SeaworthyError } from "../../core/index.ts";
import { startRegistry, warningsTo } from "../../registry/index.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly data: string;
  readonly listen: string;
  readonly open?: boolean;
}

const parseListen = (text: string): { readonly host: string; readonly port: number } => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new SeaworthyError("USAGE", `--listen ${text} is not HOST:PORT, as in 127.0.0.1:5417`);
  return { host: match[1] ?? (match[2] === "" || match[2] === undefined ? "0.0.0.0" : match[2]), port };
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const { stderr, stdout } = context.process;
  const registry = await startRegistry({
    dataFolder: resolve(context.cwd, flags.data),
    listen: parseListen(flags.listen),
    open: flags.open === true,
    // The registry itself warns that it is open.
    log: warningsTo(stderr),
  });
  const ready = { schema: "seaworthy/registry@1", address: registry.address, data: resolve(context.cwd, flags.data) };
  stderr.write(`seaworthy registry on ${registry.address}, its data in ${ready.data}. Ctrl-C ends it.\n`);
  // Whoever waits for the registry reads this line while it serves.
  if (flags.json === true) stdout.write(`${JSON.stringify({ ...ready, state: "listening" })}\n`);
  await new Promise<void>((done) => {
    if (context.signal.aborted) done();
    else context.signal.addEventListener("abort", () => done(), { once: true });
  });
  await registry.close();
  return { exit: 0, human: "", json: undefined };
});
