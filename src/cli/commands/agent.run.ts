import { realpathSync } from "node:fs";
import { runAgent, systemdUnit } from "../../agent/index.ts";
import { ERRORS, forTerminal } from "../../core/index.ts";
import type { Context } from "../context.ts";
import { openServer } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly systemd?: boolean;
  readonly restore?: boolean;
}

/** What the unit needs to find the same state and the same engine. */
const KEPT = ["SEAWORTHY_STATE", "SEAWORTHY_RUN", "DOCKER_HOST"] as const;

const unit = ({ process: { env } }: Context): string => {
  const script = process.argv[1];
  const program = script === undefined ? [process.execPath] : [process.execPath, realpathSync(script)];
  const kept = KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return systemdUnit({ program, environment: Object.fromEntries(kept) });
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const { stderr, stdout } = context.process;
  if (flags.systemd === true) {
    const text = unit(context);
    return { exit: 0, human: text.trimEnd(), json: { schema: "seaworthy/agent@1", unit: text } };
  }
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
  await runAgent({
    releases: host.releases,
    signal: context.signal,
    line: (text) => stderr.write(`${forTerminal(text)}\n`),
    ...(flags.json === true ? { notice } : {}),
  });
  return { exit: 0, human: "", json: undefined };
});
