import { exec, type ExecResult, lastWords } from "../../../src/core/index.ts";

/** Where a test's engine is: its socket, and the network namespace its processes live in. Empty: the machine's own engine. */
export interface Place {
  /** `unix://...` */
  readonly dockerHost?: string;
  /** Path of the namespace, entered with nsenter. */
  readonly netns?: string;
}

export interface Docker {
  /** Standard output, trimmed. @throws when the command fails */
  run(args: readonly string[]): Promise<string>;
  lines(args: readonly string[]): Promise<readonly string[]>;
  /** The outcome, whatever it is. */
  attempt(args: readonly string[]): Promise<ExecResult>;
  /** Another program in the same network. @throws when it fails */
  program(program: string, args: readonly string[]): Promise<string>;
}

export const inside = ({ netns }: Place, program: string, args: readonly string[]): readonly [string, readonly string[]] =>
  netns === undefined ? [program, args] : ["nsenter", [`--net=${netns}`, program, ...args]];

/** The docker CLI against one engine. */
export const dockerAt = (place: Place): Docker => {
  const env = place.dockerHost === undefined ? {} : { DOCKER_HOST: place.dockerHost };
  const attempt = (args: readonly string[]): Promise<ExecResult> => exec("docker", args, { env, timeoutMs: 120_000 });
  const good = (what: string, result: ExecResult): string => {
    if (result.exitCode !== 0) throw new Error(`${what} failed (exit ${result.exitCode}): ${lastWords(result)}`);
    return result.stdout.trim();
  };
  const run = async (args: readonly string[]): Promise<string> => good(`docker ${args.slice(0, 3).join(" ")}`, await attempt(args));
  return {
    attempt,
    run,
    lines: async (args) => (await run(args)).split("\n").filter((line) => line !== ""),
    program: async (name, args) => {
      const [program, all] = inside(place, name, args);
      return good(`${name} ${args.join(" ")}`, await exec(program, all, { timeoutMs: 120_000 }));
    },
  };
};
