import { spawn } from "node:child_process";

/** The right to load the machine, where several take turns. */
export interface Turn extends Disposable {
  /** Call it between two pieces of work: after so long lets the others have theirs, and waits for its own. */
  pass(): Promise<void>;
}

const TURN_MS = 220_000;
/** Those who wait look about this often. */
const GAP_MS = 500;

/** `TURNS=FILE`: turns are a lock (flock(1)) on that file. Without it the machine is ours. */
export const takeTurn = async (path = process.env["TURNS"]): Promise<Turn> => {
  if (path === undefined) return { pass: async () => undefined, [Symbol.dispose]: () => undefined };
  const acquire = async (): Promise<{ release(): void; readonly sinceMs: number }> => {
    const child = spawn("flock", [path, "sh", "-c", "echo mine; cat"], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject).once("exit", () => reject(new Error(`flock ${path} ended`)));
      child.stdout.once("data", () => resolve());
    });
    return { release: () => void child.stdin.end(), sinceMs: performance.now() };
  };
  let held = await acquire();
  return {
    pass: async () => {
      if (performance.now() - held.sinceMs < TURN_MS) return;
      held.release();
      await new Promise((resolve) => setTimeout(resolve, GAP_MS));
      held = await acquire();
    },
    [Symbol.dispose]: () => held.release(),
  };
};
