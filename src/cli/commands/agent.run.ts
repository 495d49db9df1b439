import { realpathSync } from "node:fs";
import { advisoryEdition, rescanByChild, runAgent, systemdUnit } from "../../agent/index.ts";
import { ERRORS, forTerminal } from "../../core/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import type { Context } from "../context.ts";
import { openServer } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly systemd?: boolean;
  readonly restore?: boolean;
  readonly rescan?: boolean;
  readonly db?: string;
}

/** What the unit needs to find the same state, the same engine and the same advisories. */
const KEPT = ["SEAWORTHY_STATE", "SEAWORTHY_RUN", "DOCKER_HOST", "XDG_CACHE_HOME"] as const;

/** This very program, as another process starts it. */
const program = (): readonly string[] => {
  const script = process.argv[1];
  return script === undefined ? [process.execPath] : [process.execPath, realpathSync(script)];
};

const unit = (context: Context, flags: Flags): string => {
  const { env } = context.process;
  const kept = KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return systemdUnit({
    program: program(),
    environment: Object.fromEntries(kept),
    ...(flags.db === undefined ? {} : { advisoryFolder: advisoryFolder(context, flags.db) }),
  });
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const { stderr, stdout } = context.process;
  if (flags.systemd === true) {
    const text = unit(context, flags);
    return { exit: 0, human: text.trimEnd(), json: { schema: "seaworthy/agent@1", unit: text } };
  }
  if (flags.rescan === true) return await (await import("../rescan-host.ts")).rescanHost(context, flags);
  using host = openServer(context);
  if (flags.restore === true) {
    const { restored, lacking } = await host.releases.restoreFiles();
    const names = lacking.map(
      ({ project, kind, key }) => `  ${project}: the ${kind} ${key} is not sealed here; deploy again where its source is`,
    );
    return {
      exit: lacking.length === 0 ? 0 : ERRORS.STATE_NEEDS_PERSON.exit,
      human: [`${restored.length} secrets and configs put back into memory`, ...names].join("\n"),
      json: { schema: "seaworthy/agent@1", restored, lacking },
    };
  }
  const notice = (one: object): void => {
    stdout.write(`${forTerminal(JSON.stringify(one))}\n`);
  };
  const folder = advisoryFolder(context, flags.db);
  const { journal } = host.releases;
  await runAgent({
    releases: host.releases,
    rescanning: {
      round: rescanByChild([...program(), "agent", "--rescan", "--json", "--db", folder]),
      edition: () => `${advisoryEdition(folder)} ${journal.lastPosition()}`,
    },
    signal: context.signal,
    line: (text) => stderr.write(`${forTerminal(text)}\n`),
    ...(flags.json === true ? { notice } : {}),
  });
  return { exit: 0, human: "", json: undefined };
});
