import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { forTerminal, SeaworthyError } from "../../core/index.ts";
import type { ContainerState, Engine, ExecRequest, Inside } from "../../engine/index.ts";
import type { Probe } from "./probe.ts";

/** A container in the lab, its own or one beside it looking in. */
export interface Running {
  readonly name: string;
  /** From the call that started it, by a clock that only grows. */
  readonly startedAt: number;
  /** How long the engine took to make and to start it. */
  readonly createMs: number;
  readonly startMs: number;
  /** A connection to one of its ports, from inside its own network. */
  readonly dial: (port: number) => Promise<Duplex>;
  /** A program of the image itself. */
  readonly exec: (command: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
  /** A container that shares its processes and its network, and has a shell. */
  readonly probe: () => Promise<Probe>;
  readonly state: () => Promise<ContainerState>;
  readonly logs: (tail?: number) => Promise<readonly string[]>;
  /** Sends the stop signal and waits. */
  readonly stop: (graceSeconds: number) => Promise<{ readonly exitCode: number | undefined; readonly seconds: number }>;
  /** Starts what has ended once more. @returns it as it runs then; this one is over */
  readonly startAgain: () => Promise<Running>;
  readonly remove: () => Promise<void>;
}

export interface ExecOptions extends Pick<ExecRequest, "user" | "env"> {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** As it came, with control characters and credentials: to be looked through and never shown. */
  readonly raw?: boolean;
}

export interface ExecResult {
  /** Undefined when it did not end in time. */
  readonly exitCode: number | undefined;
  /** Standard output and then standard error, the first 256 kB. */
  readonly output: string;
}

const MAX_OUTPUT_BYTES = 256 * 1024;

/** Runs a program in a container to its end. A shell line (`CMD-SHELL`) is a program with arguments by now. */
export const execIn = async (
  inside: Inside,
  container: string,
  command: readonly string[],
  { timeoutMs = 10_000, raw = false, ...request }: ExecOptions = {},
): Promise<ExecResult> => {
  const execution = await inside.exec(container, { command, ...request });
  const chunks: Buffer[] = [];
  let length = 0;
  execution.stream.end();
  const inTime = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    execution.stream.on("data", (chunk: Buffer) => {
      if (length < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - length));
      length += chunk.length;
    });
    execution.stream.once("end", done);
    execution.stream.once("close", done);
    execution.stream.once("error", done);
  });
  execution.stream.destroy();
  const text = `${Buffer.concat(chunks).toString("utf8")}${execution.stderr()}`;
  const output = raw ? text : forTerminal(text);
  return { exitCode: inTime ? await execution.exitCode() : undefined, output };
};

/** To the container's address on a bridge, which only a program on the same Linux machine can reach. */
export const dialDirectly = (address: string, port: number): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    socket.setTimeout(3000, () => socket.destroy(new Error(`no connection to ${address} within 3 s`)));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", reject);
      resolve(socket);
    });
  });

export const stateOf = async (engine: Engine, container: string): Promise<ContainerState> => {
  const state = await engine.containers.inspect(container);
  if (state === undefined) throw new SeaworthyError("ENGINE_REFUSED", `${container} was removed by somebody else while it was tried`);
  return state;
};

export const logsOf = async (engine: Engine, container: string, tail?: number): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const line of engine.containers.logs(container, tail === undefined ? {} : { tail })) {
    lines.push(forTerminal(line));
    if (lines.length >= 10_000) break;
  }
  return lines;
};
