import { spawn } from "node:child_process";
import { once } from "node:events";
import { inside } from "./docker.ts";
import type { Installation } from "./installation.ts";
import { noteChild } from "./scratch.ts";

/** Another program that listens on a port where the installation is. Ends when disposed. */
export const occupy = async ({ place, scratch }: Installation, port: number): Promise<AsyncDisposable> => {
  const code = `require("node:net").createServer().listen(${port}, "0.0.0.0", () => console.log("listens"))`;
  const [program, args] = inside(place, process.execPath, ["-e", code]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  noteChild(scratch, child.pid);
  await once(child.stdout, "data");
  return {
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
};
