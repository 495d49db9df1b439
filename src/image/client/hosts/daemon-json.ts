import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { hasCode, readTextFile, SeaworthyError } from "../../../core/index.ts";

/** What the engine's own configuration says of registries (dockerd, "Daemon configuration file"). */
export interface DaemonRegistries {
  /** Addresses of mirrors of Docker Hub, in order. */
  readonly mirrors: readonly URL[];
  /** `host[:port]` or a network. */
  readonly insecure: readonly string[];
}

const texts = v.exactOptional(v.array(v.string()), []);
const schema = v.looseObject({ "registry-mirrors": texts, "insecure-registries": texts });

const filesOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  const home = env["HOME"] ?? homedir();
  return ["/etc/docker/daemon.json", join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "docker", "daemon.json")];
};

const read = (path: string): DaemonRegistries | undefined => {
  try {
    const { "registry-mirrors": mirrors, "insecure-registries": insecure } = v.parse(schema, JSON.parse(readTextFile(path)));
    return { mirrors: mirrors.map((each) => new URL(each)), insecure };
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND", "PERMISSION_DENIED")) return undefined;
    throw new SeaworthyError("INPUT_INVALID", `${path} cannot be read for its registry-mirrors and insecure-registries`, {
      hint: "Correct it: a JSON object; mirrors are addresses such as https://mirror.example.",
      cause: error,
    });
  }
};

/** The first of the engine's files that is there. @throws INPUT_INVALID */
export const daemonRegistries = (env: NodeJS.ProcessEnv, files = filesOf(env)): DaemonRegistries => {
  for (const file of files) {
    const found = read(file);
    if (found !== undefined) return found;
  }
  return { mirrors: [], insecure: [] };
};
