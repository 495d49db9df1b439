import type { Lab } from "./lab.ts";
import type { Running } from "./running.ts";

/**
 * A script that signals every process of the container that a probe is beside, but its first, which nobody can stop from inside: that one is the engine's to
 * signal (pid_namespaces(7)). What comes from outside, as the probe itself, has no parent.
 */
export const signalOthers = (name: string): string =>
  `for d in /proc/[0-9]*; do p=\${d#/proc/}; while read k v; do [ "$k" = PPid: ] && break; done <$d/status; [ $p = 1 ] || [ $p = $$ ] || [ "$v" = 0 ] || [ "$v" = $$ ] || kill -${name.slice("SIG".length)} $p; done 2>/dev/null; true`;

/** Every process of a container, `SIGSTOP` or `SIGCONT`. */
export const signalAll = async (lab: Lab, running: Running, name: "SIGSTOP" | "SIGCONT"): Promise<void> => {
  const probe = await running.probe();
  await lab.engine.containers.kill(running.name, name);
  await probe.sh(signalOthers(name), { asRoot: true });
};
