import { quoted } from "../diagnostic.ts";
import { readCommand } from "./command.ts";
import { type Context, flagValue, flagValues, given } from "./context.ts";
import type { RunInstruction } from "./instruction.ts";
import { csvFields, readMount } from "./mount.ts";

const NETWORKS = new Set(["default", "none", "host"]);
const SECURITY = new Set(["sandbox", "insecure"]);

/** `RUN [flags] command`. The bodies of here-documents are filled in by `withHeredocs`. */
export const readRun = (context: Context): RunInstruction => {
  const { base, report } = context;
  const network = flagValue(context, "network");
  const security = flagValue(context, "security");
  const devices = flagValues(context, "device");
  for (const device of devices) {
    const fields = csvFields(device);
    if (typeof fields === "string") report("flag", `failed to parse csv devices: ${fields}`, device.range);
  }
  const mounts = flagValues(context, "mount").map((word) => readMount(word, context));
  if (network !== undefined && !NETWORKS.has(network.text)) report("flag", `invalid network mode ${quoted(network.text)}`, network.range);
  if (security !== undefined && !SECURITY.has(security.text))
    report("flag", `security ${quoted(security.text)} is not valid`, security.range);
  return {
    ...base,
    keyword: "RUN",
    command: readCommand(base.rest, report),
    mounts,
    ...given("network", network),
    ...given("security", security),
    devices,
  };
};
