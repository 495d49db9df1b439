import { spawn, spawnSync } from "node:child_process";

/** The docker CLI that script/setup probed; any will do for pull, tag and inspect. */
const cli = process.env["SEAWORTHY_DOCKER_CLI"] || "docker";

/** Standard output, or undefined when the command failed. */
export function tryDocker(args: readonly string[]): string | undefined {
  const done = spawnSync(cli, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  return done.status === 0 ? done.stdout.trim() : undefined;
}

/** Standard output; throws with what docker said. Asynchronous, for commands that talk to a server in this very process. */
export function docker(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(cli, args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(out.trim()) : reject(new Error(`docker ${args.join(" ")}: ${err.trim() || out.trim()}`)),
    );
  });
}

export function engineId(): string | undefined {
  return tryDocker(["info", "--format", "{{.ID}}"]) || undefined;
}

/**
 * Pulls from a hub that may not be there. Gives up when nothing has begun to arrive after `deadlineMs`; once layers arrive it waits up to `transferMs`.
 * A machine without a resolver for the hub's name answers in 0.1 s.
 */
export function pullFromHub(reference: string, deadlineMs = 10_000, transferMs = 600_000): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(cli, ["pull", reference], { stdio: ["ignore", "pipe", "ignore"] });
    let timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    let begun = false;
    child.stdout.on("data", (chunk: Buffer) => {
      if (begun || !/Pulling fs layer|Digest:|Already exists/.test(chunk.toString())) return;
      begun = true;
      clearTimeout(timer);
      timer = setTimeout(() => child.kill("SIGKILL"), transferMs);
    });
    child.on("error", () => resolve(false));
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
