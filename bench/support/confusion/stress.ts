import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/** As many endless loops as the machine has processors, until it is disposed of. */
export const stressed = (loops = availableParallelism()): Disposable => {
  const children = Array.from({ length: loops }, () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  const end = (): void => {
    for (const child of children) child.kill("SIGKILL");
  };
  process.once("exit", end);
  return {
    [Symbol.dispose]: () => {
      process.off("exit", end);
      end();
    },
  };
};
