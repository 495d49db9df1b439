import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "./installation.ts";

/**
 * Ends the first process of a container from outside, as a crash does, once it runs and is not the process that was ended before. The engine gives a container that
 * does not run the process id 0, and a signal to 0 ends whoever sends it with all that runs the tests.
 */
export const crash = async ({ docker }: Pick<Installation, "docker">, container: string, before?: number): Promise<number> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const [line = ""] = await docker.lines(["inspect", "--format", "{{.State.Running}} {{.State.Pid}}", container]);
    const [running, id] = line.split(" ");
    const pid = Number(id);
    if (running === "true" && pid > 1 && pid !== before) {
      process.kill(pid, "SIGKILL");
      return pid;
    }
    await sleep(50);
  }
  throw new Error(`${container} did not run within 30 s`);
};
